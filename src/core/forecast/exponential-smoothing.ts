import { minimise } from '../math/minimise.ts';
import { nelderMead } from '../math/nelder-mead.ts';

/**
 * A level and a damped trend that follow the one-step errors `e = value - (level + damping × trend)`:
 *
 * ```
 * level ← level + damping × trend + alpha × e
 * trend ← damping × trend + beta × e
 * ```
 *
 * The error-correction form of simple exponential smoothing (beta and trend 0) and of the damped
 * Holt method, ETS(A,N,N) and ETS(A,Ad,N) (Hyndman, Koehler, Ord & Snyder 2008, "Forecasting with
 * exponential smoothing", section 2.5). Level and trend are in the series' unit.
 */
export interface Smoothing {
  readonly alpha: number;
  readonly beta: number;
  readonly damping: number;
  readonly level: number;
  readonly trend: number;
}

/** What a fit found, with what tells how good it is. */
export interface SmoothingFit {
  /** The start: level and trend before the first value. */
  readonly initial: Smoothing;
  /** The end: level and trend after the last value. */
  readonly smoothing: Smoothing;
  /** Sum of squared one-step errors. */
  readonly sse: number;
  /** Akaike's criterion, corrected for small samples; lower is better. Up to a constant. */
  readonly aicc: number;
}

/** R's `forecast::ets` searches the same ranges. */
const LOWEST = 1e-4;
const HIGHEST = 1 - 1e-4;
const LEAST_DAMPING = 0.8;
const MOST_DAMPING = 0.98;

const DAMPED_SEARCH = {
  /** Of alpha, beta / alpha, damping. */
  steps: [-0.1, 0.1, -0.05],
  tolerance: 1e-4,
  maxEvaluations: 600,
};

/** Where the search may begin: the likelihood can have several peaks. */
const START_ALPHA_SHARES = [1, 0.6];
const START_BETA_SHARES = [0.01, 0.1, 0.4];
const START_DAMPINGS = [0.82, 0.9, 0.97];

/** Parameters are estimated on this many of the newest values: a week of five-minute steps. */
const FIT_WINDOW = 2_016;
const MIN_PRESENT = 3;

/** Below this AICc of the damped trend is undefined: its six parameters need more values. */
const DAMPED_MIN_PRESENT = 10;

/** Moves over newer values. A missing one has no error: the level goes on along its trend. */
export function smoothOver(start: Smoothing, values: Float64Array): Smoothing {
  const { alpha, beta, damping } = start;
  let { level, trend } = start;
  for (const value of values) {
    const drift = damping * trend;
    const error = Number.isNaN(value) ? 0 : value - (level + drift);
    level += drift + alpha * error;
    trend = drift + beta * error;
  }
  return { alpha, beta, damping, level, trend };
}

/** The forecast of the steps 1..horizon: `level + (damping + … + damping^h) × trend`. */
export function smoothedPath(smoothing: Smoothing, horizon: number): Float64Array {
  const { damping, level, trend } = smoothing;
  const path = new Float64Array(horizon);
  let reach = 0;
  let factor = damping;
  for (let h = 0; h < horizon; h++, factor *= damping) {
    reach += factor;
    path[h] = level + reach * trend;
  }
  return path;
}

/**
 * Simple exponential smoothing or the damped Holt method, whichever has the lower AICc, with
 * parameters of maximum likelihood (normal errors: the least sum of squares) on the last 2,016
 * values.
 *
 * @param history - three values or more present
 * @param checkpoint - called between evaluations
 */
export function fitSmoothing(history: Float64Array, checkpoint?: () => void): SmoothingFit {
  const values = newest(history);
  const simple = fitSimple(values, checkpoint);
  if (countPresent(values) < DAMPED_MIN_PRESENT) return simple;
  const damped = fitDamped(values, simple.initial.alpha, checkpoint);
  return damped.aicc < simple.aicc ? damped : simple;
}

/**
 * Simple exponential smoothing of maximum likelihood. For each alpha the best first level has a
 * closed form, because the errors are linear in it, so only alpha is searched.
 *
 * @param values - three or more present
 */
export function fitSimple(values: Float64Array, checkpoint?: () => void): SmoothingFit {
  const errorOf = (alpha: number) => {
    checkpoint?.();
    return bestSimpleStart(values, alpha).sse;
  };
  return summary(values, startSimple(values, minimise(errorOf, LOWEST, HIGHEST).at), 3);
}

/** Simple exponential smoothing with this alpha, from the best first level on. */
export function startSimple(values: Float64Array, alpha: number): Smoothing {
  const { level } = bestSimpleStart(values, alpha);
  return { alpha, beta: 0, damping: 0, level, trend: 0 };
}

/**
 * The damped Holt method of maximum likelihood: first level and first trend in closed form, the
 * three other parameters by a simplex search from the
 * best of a few starts.
 *
 * @param values - ten or more present
 * @param firstAlpha - the search begins near it; simple exponential smoothing's is good
 */
export function fitDamped(
  values: Float64Array,
  firstAlpha: number,
  checkpoint?: () => void,
): SmoothingFit {
  const errorOf = (at: Float64Array) => {
    checkpoint?.();
    return bestDampedStart(values, clampedParameters(at)).sse;
  };
  const starts = START_ALPHA_SHARES.flatMap((share) =>
    START_BETA_SHARES.flatMap((betaShare) =>
      START_DAMPINGS.map((damping) => {
        const at = [share * firstAlpha, betaShare, damping];
        return { at, sse: errorOf(Float64Array.from(at)) };
      }),
    ),
  );
  const start = starts.reduce((best, other) => (other.sse < best.sse ? other : best));
  const parameters = clampedParameters(nelderMead(errorOf, start.at, DAMPED_SEARCH).at);
  const { level, trend } = bestDampedStart(values, parameters);
  return summary(values, { ...parameters, level, trend }, 6);
}

type Parameters = Pick<Smoothing, 'alpha' | 'beta' | 'damping'>;

/**
 * The nearest parameters inside their ranges: the search may step outside, where the error is that
 * of the border. Optima on the border are common, and an infinite error there would stall it.
 */
function clampedParameters(at: Float64Array): Parameters {
  const alpha = clamp(at[0]!, LOWEST, HIGHEST);
  const beta = alpha * clamp(at[1]!, LOWEST, 1);
  return { alpha, beta, damping: clamp(at[2]!, LEAST_DAMPING, MOST_DAMPING) };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** @param count - of the parameters, the first states and the variance of the errors included */
function summary(values: Float64Array, initial: Smoothing, count: number): SmoothingFit {
  const { alpha, beta, damping } = initial;
  let { level, trend } = initial;
  let sse = 0;
  let present = 0;
  for (const value of values) {
    const drift = damping * trend;
    const isMissing = Number.isNaN(value);
    const error = isMissing ? 0 : value - (level + drift);
    if (!isMissing) present++;
    sse += error * error;
    level += drift + alpha * error;
    trend = drift + beta * error;
  }
  const aic = present * Math.log(sse) + 2 * count;
  const aicc = aic + (2 * count * (count + 1)) / Math.max(1, present - count - 1);
  return { initial, smoothing: { alpha, beta, damping, level, trend }, sse, aicc };
}

/**
 * The first level with the least sum of squared errors. With `c` the forecast that a first level of
 * 1 makes of zeros and `r` the errors from a first level of 0, the errors are `r - level × c`.
 */
function bestSimpleStart(
  values: Float64Array,
  alpha: number,
): { readonly level: number; readonly sse: number } {
  const origin = firstPresent(values);
  let fromData = 0;
  let fromLevel = 1;
  let rr = 0;
  let rc = 0;
  let cc = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const error = value - origin - fromData;
    rr += error * error;
    rc += error * fromLevel;
    cc += fromLevel * fromLevel;
    fromData += alpha * error;
    fromLevel -= alpha * fromLevel;
  }
  const level = rc / cc;
  return { level: origin + level, sse: Math.max(0, rr - level * rc) };
}

/** As `bestSimpleStart`, for first level and first trend: two equations with two unknowns. */
function bestDampedStart(
  values: Float64Array,
  { alpha, beta, damping }: Parameters,
): { readonly level: number; readonly trend: number; readonly sse: number } {
  const origin = firstPresent(values);
  // Level and trend that come from the values alone, from a first level of 1, a first trend of 1.
  let level = 0;
  let trend = 0;
  let levelA = 1;
  let trendA = 0;
  let levelB = 0;
  let trendB = 1;
  let [rr, ra, rb, aa, ab, bb] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const isMissing = Number.isNaN(value);
    trend *= damping;
    trendA *= damping;
    trendB *= damping;
    level += trend;
    levelA += trendA;
    levelB += trendB;
    if (isMissing) continue;
    const error = value - origin - level;
    rr += error * error;
    ra += error * levelA;
    rb += error * levelB;
    aa += levelA * levelA;
    ab += levelA * levelB;
    bb += levelB * levelB;
    level += alpha * error;
    trend += beta * error;
    const shareA = levelA;
    levelA -= alpha * shareA;
    trendA -= beta * shareA;
    const shareB = levelB;
    levelB -= alpha * shareB;
    trendB -= beta * shareB;
  }
  const determinant = aa * bb - ab * ab;
  const firstTrend = determinant > 0 ? (rb * aa - ra * ab) / determinant : 0;
  const firstLevel = (ra - ab * firstTrend) / aa;
  const sse = Math.max(0, rr - firstLevel * ra - firstTrend * rb);
  return { level: origin + firstLevel, trend: firstTrend, sse };
}

/** The last values: `FIT_WINDOW` of them, or more where fewer than `MIN_PRESENT` would be present. */
function newest(values: Float64Array): Float64Array {
  let from = Math.max(0, values.length - FIT_WINDOW);
  while (from > 0 && countPresent(values.subarray(from)) < MIN_PRESENT) {
    from = Math.max(0, from - FIT_WINDOW);
  }
  return values.subarray(from);
}

function firstPresent(values: Float64Array): number {
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i]!)) return values[i]!;
  return 0;
}

/** How many values are not missing. */
export function countPresent(values: Float64Array): number {
  let count = 0;
  for (const value of values) if (!Number.isNaN(value)) count++;
  return count;
}
