import * as z from 'zod';
import { fitSmoothing, smoothedPath, smoothOver } from './exponential-smoothing.ts';
import type { FittedForecaster, Forecaster } from './forecaster.ts';
import { fitInput, fittedPoint, POINT_STATE_SHAPE, type PointModel } from './point-model.ts';

/** The fields of a `Smoothing` for a state's schema. */
export const SMOOTHING_STATE_SHAPE = {
  /** Share of each one-step error that moves the level. */
  alpha: z.number().min(0).max(1),
  /** Share of it that moves the trend; 0 in a model without one. */
  beta: z.number().min(0).max(1),
  /** What is left of the trend after a step. */
  damping: z.number().min(0).max(1),
  level: z.number(),
  trend: z.number(),
};

export const EtsStateSchema = z.strictObject({
  kind: z.literal('ets'),
  version: z.literal(1),
  ...POINT_STATE_SHAPE,
  /** What AICc chose, in the notation error, trend, season: additive, (damped) or none. */
  form: z.enum(['ANN', 'AAdN']),
  ...SMOOTHING_STATE_SHAPE,
});

export type EtsState = z.infer<typeof EtsStateSchema>;

const MIN_HISTORY = 24;
const MIN_PRESENT = 3;

/**
 * Exponential smoothing as a state space model without a season: ETS(A,N,N), simple exponential
 * smoothing, or ETS(A,Ad,N), Holt's linear trend damped, whichever has the lower AICc (Hyndman,
 * Koehler, Snyder & Grose 2002; R's `forecast::ets` with additive errors and `damped = TRUE`).
 *
 * The parameters and the first state have the greatest likelihood on the last 2,016 values. Missing
 * values have no error: the level goes on along the damped trend.
 */
export function ets(): Forecaster<EtsState> {
  return {
    kind: 'ets',
    capabilities: { quantiles: false, missingValues: true, minHistory: MIN_HISTORY },
    async fit(history, options = {}) {
      const { about, values } = fitInput('ets', history, MIN_HISTORY, MIN_PRESENT);
      const { smoothing } = fitSmoothing(values, options.checkpoint);
      const form = smoothing.beta === 0 ? 'ANN' : 'AAdN';
      return restoreEts({ kind: 'ets', version: 1, ...about, form, ...smoothing });
    },
  };
}

/** The fitted model of a state. */
export function restoreEts(state: EtsState): FittedForecaster<EtsState> {
  return fittedPoint(MODEL, state);
}

const MODEL: PointModel<EtsState> = {
  advance: (state, values) => ({ ...state, ...smoothOver(state, values) }),
  point: smoothedPath,
};
