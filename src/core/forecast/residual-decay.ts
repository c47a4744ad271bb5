import { minimise } from '../math/minimise.ts';
import { horizonKnots } from './horizon-knots.ts';

/** How residuals are smoothed, and how fast what is left of them dies out. */
export interface ResidualDecay {
  /** Share of each new residual in the smoothed one, in [0, 1]. */
  readonly smoothing: number;
  /** What is left after one step, in [0, 1]. */
  readonly persistence: number;
}

/** Tried for the smoothing: from a mean over some twenty residuals to the last one alone. */
const SMOOTHINGS: readonly number[] = [0.1, 0.2, 0.3, 0.5, 0.7, 1];

/** Time constants searched: from gone at once to there for good, in steps and in seasons. */
const SHORTEST_STEPS = 0.1;
const LONGEST_SEASONS = 100;

/**
 * Learns the damped exponential smoothing of residuals that forecasts them best over the coming
 * season: `r̂(t + h) = persistence^h × s(t)` with `s += smoothing × (r − s)`.
 *
 * Both minimise the squared error relative to that of forecasting no residual at all, summed over
 * steps ahead from one to a season (`horizonKnots`), so that neither the first step nor the whole day
 * decides alone. Given the smoothing, the error of each step ahead is a quadratic in `persistence^h`,
 * so only one pass over the residuals is needed for each smoothing tried.
 *
 * @param residuals - one a step, NaN = missing
 * @param given.smoothing - used as it is, not learned; so `given.persistence`
 * @param given.checkpoint - called once for each smoothing tried
 */
export function learnResidualDecay(
  residuals: Float64Array,
  seasonLength: number,
  given: Partial<ResidualDecay> & { readonly checkpoint?: () => void } = {},
): ResidualDecay {
  const knots = horizonKnots(seasonLength);
  const highest = Math.log(LONGEST_SEASONS * seasonLength);
  let best: ResidualDecay & { readonly loss: number } = {
    smoothing: given.smoothing ?? 1,
    persistence: given.persistence ?? persistenceOf(highest),
    loss: Infinity,
  };
  for (const smoothing of given.smoothing === undefined ? SMOOTHINGS : [given.smoothing]) {
    given.checkpoint?.();
    const moments = momentsOf(residuals, smoothing, knots);
    const lossAt = (logTime: number) => lossOf(moments, persistenceOf(logTime));
    const persistence =
      given.persistence ?? persistenceOf(minimise(lossAt, Math.log(SHORTEST_STEPS), highest).at);
    const loss = lossOf(moments, persistence);
    // On a tie, a history without residuals for one, the least smoothed: the first move is followed.
    if (loss <= best.loss) best = { smoothing, persistence, loss };
  }
  return { smoothing: best.smoothing, persistence: best.persistence };
}

/** Sums over pairs of a smoothed residual s and the residual r so many steps later. */
interface Moments {
  readonly ahead: number;
  readonly pairs: number;
  readonly rr: number;
  readonly rs: number;
  readonly ss: number;
}

function momentsOf(
  residuals: Float64Array,
  smoothing: number,
  knots: readonly number[],
): readonly Moments[] {
  const smoothed = new Float64Array(residuals.length);
  let state = 0;
  for (let i = 0; i < residuals.length; i++) {
    const residual = residuals[i]!;
    if (!Number.isNaN(residual)) state += smoothing * (residual - state);
    // What a forecast from inside a gap would be worth depends on how long it has lasted: left out.
    smoothed[i] = Number.isNaN(residual) ? Number.NaN : state;
  }
  return knots.map((ahead) => {
    let pairs = 0;
    let rr = 0;
    let rs = 0;
    let ss = 0;
    for (let i = ahead; i < residuals.length; i++) {
      const r = residuals[i]!;
      const s = smoothed[i - ahead]!;
      if (Number.isNaN(r + s)) continue;
      pairs++;
      rr += r * r;
      rs += r * s;
      ss += s * s;
    }
    return { ahead, pairs, rr, rs, ss };
  });
}

function lossOf(moments: readonly Moments[], persistence: number): number {
  let loss = 0;
  for (const { ahead, pairs, rr, rs, ss } of moments) {
    const left = persistence ** ahead;
    if (rr > 0) loss += pairs * (1 + (left * (left * ss - 2 * rs)) / rr);
  }
  return loss;
}

function persistenceOf(logTime: number): number {
  return Math.exp(-Math.exp(-logTime));
}
