import type { Frame } from '../series/frame.ts';

/**
 * What a detector says of one metric, one number for each scored grid point. NaN = no opinion, never
 * 0 in its place.
 */
export interface MetricScores {
  /**
   * How unusual each value is: 0 or above, higher is more anomalous. The scale is that of the
   * severities: 2.5 is reached about as often in health as the detector was told that it may alarm.
   */
  readonly scores: Float64Array;
  /** What was to be expected, in the metric's unit, from what lies before the value. */
  readonly expected: Float64Array;
  /** Half the width of the band of usual values about `expected`: three median absolute deviations. */
  readonly tolerance: Float64Array;
  /**
   * The seasonal course alone, in the metric's unit; 1 where there is none. `expected / usual` is the
   * level of the moment: kept from before an incident, it says what would be usual during it.
   */
  readonly usual: Float64Array;
}

/** What one detector says of the metrics of a workload; index i is frame row `from + i`. */
export type Detection = ReadonlyMap<string, MetricScores>;

/** A detector that has learned what is usual. Immutable, plain JSON inside, evaluated by core alone. */
export interface FittedDetector<S> {
  /**
   * Scores the rows of `frame` from `from` on, each from itself and what lies before it: changing
   * later values changes no score. Rows before `from` are context. Metrics it was not fitted for are
   * left out of the answer, metrics that `frame` lacks count as missing.
   */
  detect(frame: Frame, from?: number): Detection;
  toState(): S;
}
