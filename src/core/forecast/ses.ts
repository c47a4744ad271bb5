import * as z from 'zod';
import { minimise } from '../math/minimise.ts';
import { present } from '../math/statistics.ts';
import type { FittedForecaster, Forecaster } from './forecaster.ts';
import { fitInput, fittedPoint, POINT_STATE_SHAPE, type PointModel } from './point-model.ts';

export const SesStateSchema = z.strictObject({
  kind: z.literal('ses'),
  version: z.literal(1),
  ...POINT_STATE_SHAPE,
  /** Share of each one-step error that moves the level. */
  alpha: z.number().min(0).max(1),
  level: z.number(),
});

export type SesState = z.infer<typeof SesStateSchema>;

const MIN_HISTORY = 4;
/** Below three values a single error would decide alpha. */
const MIN_PRESENT = 3;
/** At 0 the level could never move; 1 is the naive forecast. */
const LOWEST_ALPHA = 0.0001;
const HIGHEST_ALPHA = 1;

/**
 * Simple exponential smoothing: `level += alpha × (value - level)`, and the level is the forecast
 * (Hyndman & Athanasopoulos, FPP3, section 8.1).
 *
 * The first value is the first level, and alpha has the least sum of squared one-step errors after
 * it: the rule of R's `forecast::ses(initial = "simple")`. On a history whose errors do not depend
 * on alpha (a constant) it is the highest, so that the first move is followed. A missing value
 * leaves the level where it is.
 */
export function ses(): Forecaster<SesState> {
  return {
    kind: 'ses',
    capabilities: { quantiles: false, missingValues: true, minHistory: MIN_HISTORY },
    async fit(history, options = {}) {
      const { about, values } = fitInput('ses', history, MIN_HISTORY, MIN_PRESENT);
      const known = present(values);
      const errorOf = (alpha: number) => {
        options.checkpoint?.();
        return sumOfSquares(known, alpha);
      };
      const alpha = minimise(errorOf, LOWEST_ALPHA, HIGHEST_ALPHA).at;
      const start: SesState = { kind: 'ses', version: 1, ...about, alpha, level: known[0]! };
      return restoreSes(MODEL.advance(start, known.subarray(1)));
    },
  };
}

/** The fitted model of a state. */
export function restoreSes(state: SesState): FittedForecaster<SesState> {
  return fittedPoint(MODEL, state);
}

const MODEL: PointModel<SesState> = {
  advance(state, values) {
    let level = state.level;
    for (const value of values) if (!Number.isNaN(value)) level += state.alpha * (value - level);
    return { ...state, level };
  },
  point: (state, horizon) => new Float64Array(horizon).fill(state.level),
};

function sumOfSquares(known: Float64Array, alpha: number): number {
  let level = known[0]!;
  let sum = 0;
  for (let i = 1; i < known.length; i++) {
    const error = known[i]! - level;
    sum += error * error;
    level += alpha * error;
  }
  return sum;
}
