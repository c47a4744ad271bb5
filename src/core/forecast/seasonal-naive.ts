import * as z from 'zod';
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

export const SeasonalNaiveStateSchema = z.strictObject({
  kind: z.literal('seasonal-naive'),
  version: z.literal(1),
  ...POINT_STATE_SHAPE,
  /** One value a slot, the newest seen; the first belongs to the step after the cutoff. */
  season: NullableValuesSchema.min(1),
  last: z.number(),
});

export type SeasonalNaiveState = z.infer<typeof SeasonalNaiveStateSchema>;

/** A season is used only after it was seen twice. */
const CYCLES_NEEDED = 2;

/**
 * Repeats the last season: "the same time yesterday" or "the same time last week" (Hyndman &
 * Athanasopoulos, FPP3, section 5.2). A slot that was missing in the last season takes its newest
 * earlier value, and the last present value when it was never seen.
 *
 * @param parameters.seasonLength - steps in one season, e.g. 288 for a day of five-minute steps
 * @throws {RangeError} when `seasonLength` is not a positive integer
 */
export function seasonalNaive(parameters: {
  readonly seasonLength: number;
}): Forecaster<SeasonalNaiveState> {
  const { seasonLength } = parameters;
  checkCount('seasonLength', seasonLength);
  const minHistory = CYCLES_NEEDED * seasonLength;
  return {
    kind: 'seasonal-naive',
    capabilities: { quantiles: false, missingValues: true, minHistory },
    async fit(history) {
      const { about, values } = fitInput('seasonal-naive', history, minHistory);
      const unseen: SeasonalNaiveState = {
        kind: 'seasonal-naive',
        version: 1,
        ...about,
        season: new Array<null>(seasonLength).fill(null),
        last: Number.NaN,
      };
      return restoreSeasonalNaive(MODEL.advance(unseen, values));
    },
  };
}

/** The fitted model of a state. */
export function restoreSeasonalNaive(
  state: SeasonalNaiveState,
): FittedForecaster<SeasonalNaiveState> {
  return fittedPoint(MODEL, state);
}

const MODEL: PointModel<SeasonalNaiveState> = {
  advance(state, values) {
    const seasonLength = state.season.length;
    const slots = lastValues(state.season, values);
    for (let i = seasonLength; i < slots.length; i++) {
      if (Number.isNaN(slots[i]!)) slots[i] = slots[i - seasonLength]!;
    }
    return {
      ...state,
      season: toNullable(slots.slice(slots.length - seasonLength)),
      last: lastPresent(values, state.last),
    };
  },
  point({ season, last }, horizon) {
    return Float64Array.from({ length: horizon }, (_, h) => season[h % season.length] ?? last);
  },
};
