import type { Frame } from '../series/frame.ts';
import type { Series } from '../series/series.ts';
import type { DurationMs, EpochMs } from '../time.ts';

/** What a model can do, declared so that callers need not try. A contract test holds it to this. */
export interface Capabilities {
  /** Whether `predict` answers `quantiles`. If not, it refuses them with `QUANTILES_UNSUPPORTED`. */
  readonly quantiles: boolean;
  /** Whether `fit` and `update` accept NaN inside the history. */
  readonly missingValues: boolean;
  /** Smallest history `fit` accepts for these parameters, in steps. */
  readonly minHistory: number;
}

export interface PredictRequest {
  /** Number of steps past the cutoff, 1 or more. */
  readonly horizon: number;
  /** Quantiles in (0, 1), ascending. A central interval of level L is the pair (1-L)/2, (1+L)/2. */
  readonly quantiles?: readonly number[];
}

/** The values of one quantile along the horizon. */
export interface QuantilePath {
  readonly q: number;
  readonly values: Float64Array;
}

/** `point[h]` and `quantiles[k].values[h]` are for time `cutoff + (h + 1) * step`, in the series' unit. */
export interface Forecast {
  readonly seriesId: string;
  readonly cutoff: EpochMs;
  readonly step: DurationMs;
  readonly point: Float64Array;
  /** Ascending in `q`, and never crossing. Empty when none were asked for. */
  readonly quantiles: readonly QuantilePath[];
}

/** Plain JSON, tagged with the model kind and a version that only ever grows. */
export interface ModelState {
  readonly kind: string;
  readonly version: number;
}

/** What a model may learn from: the target, and the workload's other metrics on the same grid (past only). */
export interface History {
  readonly target: Series;
  readonly covariates?: Frame;
}

export interface FitOptions {
  /** Source of randomness in [0, 1). Same seed, same data, same model. */
  readonly random?: () => number;
  /** Called between iterations; throws to stop a fit that is out of time. */
  readonly checkpoint?: () => void;
}

/** An unfitted model: parameters only. Constructing one does no work and reads no data. */
export interface Forecaster<S extends ModelState = ModelState> {
  readonly kind: S['kind'];
  readonly capabilities: Capabilities;
  /**
   * Learns from `history`, which is not modified or retained.
   * @throws {DomainError} `HISTORY_TOO_SHORT`, `FIT_DID_NOT_CONVERGE`
   */
  fit(history: History, options?: FitOptions): Promise<FittedForecaster<S>>;
}

/** A fitted model: immutable. `predict` is pure, so calling it twice gives the same answer. */
export interface FittedForecaster<S extends ModelState = ModelState> {
  readonly kind: S['kind'];
  readonly cutoff: EpochMs;
  predict(request: PredictRequest): Forecast;
  /**
   * Moves the cutoff forward over newer observations; the parameters stay as fitted. Cheap, and
   * every model has it: serving always conditions on the latest observations before it predicts.
   * `next.target` may overlap the past: values at or before the cutoff are not read again. A hole
   * between the cutoff and its start counts as missing. A series that ends at or before the cutoff
   * gives a forecaster equal to this one.
   */
  update(next: History): FittedForecaster<S>;
  toState(): S;
}

/** A model learned from many workloads at once, before it knows the one it will forecast. */
export interface PooledForecaster<S extends ModelState = ModelState> {
  readonly kind: S['kind'];
  /**
   * Learns from every history that ends at or before `trainedUntil`, one at a time: none is retained.
   * @throws {DomainError} `HISTORY_TOO_SHORT` when all together give too little to learn from
   */
  fitPool(histories: AsyncIterable<History>, options?: FitOptions): Promise<FittedPool<S>>;
}

/** What many workloads have in common, ready to be applied to each. */
export interface FittedPool<S extends ModelState = ModelState> {
  readonly kind: S['kind'];
  /** Content hash: how the states of conditioned members refer to it. */
  readonly id: string;
  /** The newest value it has learned from. It may be judged only on forecasts made at or after it. */
  readonly trainedUntil: EpochMs;
  /**
   * A forecaster for one workload: the pool's parameters, this history's scale and recent values. Its
   * state names the pool by `id` and does not hold it.
   * @throws {DomainError} `HISTORY_TOO_SHORT`
   */
  condition(history: History): FittedForecaster;
  toState(): S;
}

/** Finds the state of a pool by its `id`; undefined when it was not loaded. */
export type PoolLookup = (id: string) => ModelState | undefined;
