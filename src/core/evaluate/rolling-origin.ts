import type { History } from '../forecast/forecaster.ts';
import { sliceFrame } from '../series/frame.ts';
import { sliceSeries } from '../series/series.ts';

export interface RollingOriginOptions {
  /** Values before the first forecast, 1 or more. */
  readonly initial: number;
  /** Steps forecast from each origin. */
  readonly horizon: number;
  /** Steps between origins. */
  readonly stride: number;
  /** All values up to the origin, or only so many of the last. */
  readonly window: 'expanding' | number;
  /** Fit at every origin, or at the first and then every so many, with updates in between. */
  readonly refit: 'every' | number;
}

/** One origin of a backtest. */
export interface Fold {
  /** Index of the last value that a model may know here. */
  readonly origin: number;
  /** Index of the first value of its training window. */
  readonly trainFrom: number;
  /** Whether models are fitted here; otherwise they are updated. */
  readonly refit: boolean;
  /** Steps after the origin that exist, 1..horizon. */
  readonly steps: number;
}

/**
 * Splits a series for a backtest that forecasts as it would have in service (Tashman 2000,
 * "Out-of-sample tests of forecasting accuracy").
 *
 * ```
 * initial 4, horizon 3, stride 2, expanding, refit 2      x known   ? forecast   . later
 *   x x x x ? ? ? . . .    fit
 *   x x x x x x ? ? ? .    update
 *   x x x x x x x x ? ?    fit, scored on the 2 steps that exist
 * ```
 *
 * @param length - number of values
 * @returns the folds in order of time; none when `length` <= `initial`
 * @throws {RangeError} when an option is not a positive integer
 */
export function rollingOrigin(length: number, options: RollingOriginOptions): readonly Fold[] {
  const { initial, horizon, stride, window, refit } = options;
  for (const [name, value] of Object.entries({
    initial,
    horizon,
    stride,
    window: window === 'expanding' ? 1 : window,
    refit: refit === 'every' ? 1 : refit,
  })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`${name} must be a positive integer, got ${value}`);
    }
  }
  const folds: Fold[] = [];
  for (let origin = initial - 1; origin < length - 1; origin += stride) {
    folds.push({
      origin,
      trainFrom: window === 'expanding' ? 0 : Math.max(0, origin + 1 - window),
      refit: refit === 'every' || folds.length % refit === 0,
      steps: Math.min(horizon, length - 1 - origin),
    });
  }
  return folds;
}

/** What a model may learn at a fold, as copies: it cannot see anything after the origin. */
export function trainingPart(history: History, fold: Fold): History {
  return sliceHistory(history, fold.trainFrom, fold.origin + 1);
}

/**
 * What a model that knows everything up to the index `known` takes up at a fold, as copies: the
 * values after `known`, up to the origin.
 */
export function newPart(history: History, known: number, fold: Fold): History {
  return sliceHistory(history, Math.max(0, known + 1), fold.origin + 1);
}

function sliceHistory({ target, covariates }: History, from: number, to: number): History {
  return {
    target: sliceSeries(target, from, to),
    ...(covariates === undefined ? {} : { covariates: sliceFrame(covariates, from, to) }),
  };
}
