import { phaseAt, type SeasonalityMode } from '#core/forecast/prophet-season.ts';
import type { SeasonPlan } from './season-choice.ts';
import type { TrainingPoints } from './training-points.ts';

/**
 * What Prophet's parameters are estimated from, scaled: `y = g(t) + s(t) + noise`, or
 * `g(t) × (1 + s(t)) + noise` when the seasons are multiplicative.
 */
export interface MapProblem {
  /** Values learned from, between -1 and 1. */
  readonly y: Float64Array;
  /** Their times, from 0 to 1. */
  readonly t: Float64Array;
  /** Times at which the trend may bend, ascending. */
  readonly changepoints: Float64Array;
  /** Fourier terms of all seasons: one column a coefficient, one row a value. */
  readonly columns: readonly Float64Array[];
  readonly mode: SeasonalityMode;
  /** Scale of the Laplace prior on each change of slope. */
  readonly changepointPriorScale: number;
  /** Standard deviation of the normal prior on each coefficient of a season. */
  readonly seasonalityPriorScale: number;
}

/** The most probable parameters, in the units of the problem. */
export interface MapEstimate {
  readonly slope: number;
  readonly offset: number;
  /** Change of slope at each changepoint. */
  readonly changes: Float64Array;
  /** One for each column. */
  readonly coefficients: Float64Array;
}

/** Finds the most probable parameters. @throws {DomainError} `FIT_DID_NOT_CONVERGE` */
export type MapEstimator = (
  problem: MapProblem,
  checkpoint: () => void,
) => MapEstimate | Promise<MapEstimate>;

/** Standard deviation of the normal priors on slope and offset, as in Prophet's model. */
export const TREND_PRIOR_SCALE = 5;

/** How values and times were scaled. */
export interface Scaling {
  /** `EpochMs` of time 0. */
  readonly origin: number;
  /** Milliseconds from time 0 to time 1. */
  readonly span: number;
  readonly floor: number;
  readonly scale: number;
}

/**
 * How a history is scaled. Additive models measure from the smallest value to the largest, so that a
 * series that runs at a high level (bytes in use) is learned as well as the same one near 0;
 * Prophet's default, shares of the largest absolute value, loosens its priors there. Multiplicative
 * seasons are shares of the trend, so 0 has to stay where it is.
 */
export function scalingOf({ times, values }: TrainingPoints, mode: SeasonalityMode): Scaling {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const floor = mode === 'additive' ? least : 0;
  const range = mode === 'additive' ? most - least : Math.max(Math.abs(least), Math.abs(most));
  return {
    origin: times[0]!,
    span: times[times.length - 1]! - times[0]!,
    floor,
    scale: range > 0 ? range : 1,
  };
}

/**
 * The times at which the trend may bend: `count` of the observations in the first `range` of them,
 * evenly spread, the first one left out; fewer when there are not enough.
 *
 * @param t - times of the observations
 * @example
 * ```ts
 * changepointsOf(Float64Array.of(0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1), 2, 0.7); // => [0.3, 0.6]
 * ```
 */
export function changepointsOf(t: Float64Array, count: number, range: number): Float64Array {
  const last = Math.floor(t.length * range) - 1;
  const used = Math.max(0, Math.min(count, last));
  return Float64Array.from({ length: used }, (_, i) => t[Math.round(((i + 1) * last) / used)]!);
}

/** The Fourier terms at the times of the points: a sine and a cosine a harmonic, slowest first. */
export function fourierColumns(
  { times }: TrainingPoints,
  seasons: readonly SeasonPlan[],
): readonly Float64Array[] {
  return seasons.flatMap(({ periodDays, order }) => {
    const phases = times.map((at) => phaseAt(at, periodDays));
    return Array.from({ length: order }, (_, n) => [
      phases.map((phase) => Math.sin((n + 1) * phase)),
      phases.map((phase) => Math.cos((n + 1) * phase)),
    ]).flat();
  });
}
