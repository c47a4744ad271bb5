import * as z from 'zod';
import type { FittedForecaster, Forecaster } from './forecaster.ts';
import {
  fitInput,
  fittedPoint,
  lastPresent,
  POINT_STATE_SHAPE,
  type PointModel,
} from './point-model.ts';

export const NaiveStateSchema = z.strictObject({
  kind: z.literal('naive'),
  version: z.literal(1),
  ...POINT_STATE_SHAPE,
  last: z.number(),
});

export type NaiveState = z.infer<typeof NaiveStateSchema>;

const MIN_HISTORY = 1;

/**
 * Repeats the last value that is present: what every other model must beat (Hyndman &
 * Athanasopoulos, FPP3, section 5.2). Missing values are passed over.
 */
export function naive(): Forecaster<NaiveState> {
  return {
    kind: 'naive',
    capabilities: { quantiles: false, missingValues: true, minHistory: MIN_HISTORY },
    async fit(history) {
      const { about, values } = fitInput('naive', history, MIN_HISTORY);
      const last = lastPresent(values, Number.NaN);
      return restoreNaive({ kind: 'naive', version: 1, ...about, last });
    },
  };
}

/** The fitted model of a state. */
export function restoreNaive(state: NaiveState): FittedForecaster<NaiveState> {
  return fittedPoint(MODEL, state);
}

const MODEL: PointModel<NaiveState> = {
  advance: (state, values) => ({ ...state, last: lastPresent(values, state.last) }),
  point: (state, horizon) => new Float64Array(horizon).fill(state.last),
};
