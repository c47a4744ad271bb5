import * as z from 'zod';
import { leastSquaresSlope } from '../math/slope.ts';
import { mean } from '../math/statistics.ts';
import type { FittedForecaster, Forecaster } from './forecaster.ts';
import { checkCount } from './parameters.ts';
import {
  fitInput,
  fittedPoint,
  lastPresent,
  lastValues,
  NullableValuesSchema,
  POINT_STATE_SHAPE,
  type PointModel,
  toNullable,
} from './point-model.ts';

export const BaselineStateSchema = z.strictObject({
  kind: z.literal('baseline'),
  version: z.literal(1),
  ...POINT_STATE_SHAPE,
  window: z.int().positive(),
  trendWindow: z.int().positive(),
  /** The newest values, as many as the longer window. */
  recent: NullableValuesSchema,
  last: z.number(),
});

export type BaselineState = z.infer<typeof BaselineStateSchema>;

/**
 * The moving average with a linear trend, `ŷ(h) = mean of the last 12 + slope of the last 24 × h`.
 *
 * Kept because its users know it, and kept undamped: a free trend loses to `naive` the further it
 * looks, which the backtest beside it shows. The slope is the least-squares line's over the trend
 * window, as the model is described; programs that took `(last - first) / (n - 1)` for it let two
 * points decide. The level is the mean of the window, so on a rising line it lags by half a window.
 *
 * Missing values are passed over: the mean and the line use what is present in their windows. With
 * fewer than two values there the slope is 0, with none at all the level is the last present value.
 * With less history than `trendWindow` the line uses what there is.
 *
 * @param parameters.window - steps averaged for the level
 * @param parameters.trendWindow - steps the line is fitted to
 * @throws {RangeError} when a window is not a positive integer
 */
export function baseline(
  parameters: { readonly window?: number; readonly trendWindow?: number } = {},
): Forecaster<BaselineState> {
  const { window = 12, trendWindow = 24 } = parameters;
  checkCount('window', window);
  checkCount('trendWindow', trendWindow);
  return {
    kind: 'baseline',
    capabilities: { quantiles: false, missingValues: true, minHistory: window },
    async fit(history) {
      const { about, values } = fitInput('baseline', history, window);
      const empty: BaselineState = {
        kind: 'baseline',
        version: 1,
        ...about,
        window,
        trendWindow,
        recent: [],
        last: Number.NaN,
      };
      return restoreBaseline(MODEL.advance(empty, values));
    },
  };
}

/** The fitted model of a state. */
export function restoreBaseline(state: BaselineState): FittedForecaster<BaselineState> {
  return fittedPoint(MODEL, state);
}

const MODEL: PointModel<BaselineState> = {
  advance(state, values) {
    const keep = Math.max(state.window, state.trendWindow);
    return {
      ...state,
      recent: toNullable(lastValues(state.recent, values, keep)),
      last: lastPresent(values, state.last),
    };
  },
  point({ recent, window, trendWindow, last }, horizon) {
    const values = lastValues(recent, new Float64Array(0));
    const average = mean(values.subarray(-window));
    const level = Number.isNaN(average) ? last : average;
    const slope = leastSquaresSlope(values.subarray(-trendWindow));
    return Float64Array.from({ length: horizon }, (_, h) => level + slope * (h + 1));
  },
};
