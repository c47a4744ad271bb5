import * as z from 'zod';
import { mean } from '../math/statistics.ts';
import type { FittedForecaster, Forecaster } from './forecaster.ts';
import { checkCount, checkShare } from './parameters.ts';
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

export const ProfileArStateSchema = z.strictObject({
  kind: z.literal('profile-ar'),
  version: z.literal(1),
  ...POINT_STATE_SHAPE,
  seasonLength: z.int().positive(),
  days: z.int().positive(),
  decay: z.number().min(0).max(1),
  persistence: z.number().min(0).max(1),
  /** The newest values, `days` seasons of them at most. */
  recent: NullableValuesSchema,
  last: z.number(),
  /** The last present value minus the profile of the days before it. */
  residual: z.number(),
  /** Steps from that value to the cutoff. */
  residualAge: z.int().nonnegative(),
});

export type ProfileArState = z.infer<typeof ProfileArStateSchema>;

export interface ProfileArParameters {
  /** Steps in a day (or another season). */
  readonly seasonLength: number;
  /** How many days the profile averages. */
  readonly days?: number;
  /** Weight of a day relative to the one after it, in [0, 1]. */
  readonly decay?: number;
  /** What is left of the residual after one step, in [0, 1]. */
  readonly persistence?: number;
}

/** A season is used only after it was seen twice. */
const CYCLES_NEEDED = 2;

/**
 * The usual day, shifted to where the series is now:
 * `ŷ(h) = profile(h) + persistence^(h + age) × residual`.
 *
 * The profile of a slot is the mean of the same slot on the last `days` days with weights
 * `decay^0, decay^1, …` from the newest on. The residual is the last present value minus the
 * profile of the days before it, `age` steps old; it dies out as in an autoregression of order one.
 *
 * Missing values: a day without the slot is left out of the mean. A slot that no day has takes the
 * mean of all values kept, and when nothing is kept (an outage longer than the profile) the last
 * present value.
 *
 * @throws {RangeError} when a parameter is out of range
 */
export function profileAr(parameters: ProfileArParameters): Forecaster<ProfileArState> {
  const { seasonLength, days = 5, decay = 0.7, persistence = 0.99 } = parameters;
  checkCount('seasonLength', seasonLength);
  checkCount('days', days);
  checkShare('decay', decay);
  checkShare('persistence', persistence);
  const minHistory = CYCLES_NEEDED * seasonLength;
  return {
    kind: 'profile-ar',
    capabilities: { quantiles: false, missingValues: true, minHistory },
    async fit(history) {
      const { about, values } = fitInput('profile-ar', history, minHistory);
      const empty: ProfileArState = {
        kind: 'profile-ar',
        version: 1,
        ...about,
        seasonLength,
        days,
        decay,
        persistence,
        recent: [],
        last: Number.NaN,
        residual: 0,
        residualAge: 0,
      };
      return restoreProfileAr(MODEL.advance(empty, values));
    },
  };
}

/** The fitted model of a state. */
export function restoreProfileAr(state: ProfileArState): FittedForecaster<ProfileArState> {
  return fittedPoint(MODEL, state);
}

const MODEL: PointModel<ProfileArState> = {
  advance(state, values) {
    const keep = state.days * state.seasonLength;
    const joined = lastValues(state.recent, values);
    let at = joined.length - 1;
    const firstNew = state.recent.length;
    while (at >= firstNew && Number.isNaN(joined[at]!)) at--;
    const recent = toNullable(joined.subarray(Math.max(0, joined.length - keep)));
    if (at < firstNew) {
      return { ...state, recent, residualAge: state.residualAge + values.length };
    }
    const before = joined.subarray(Math.max(0, at - keep), at);
    const value = joined[at]!;
    return {
      ...state,
      recent,
      last: value,
      residual: value - profile(state, before, 1, lastPresent(before, value))[0]!,
      residualAge: joined.length - 1 - at,
    };
  },
  point(state, horizon) {
    const kept = lastValues(state.recent, new Float64Array(0));
    const usual = profile(state, kept, Math.min(horizon, state.seasonLength), state.last);
    const values = new Float64Array(horizon);
    let residual = state.residual * state.persistence ** state.residualAge;
    for (let h = 0; h < horizon; h++) {
      residual *= state.persistence;
      values[h] = usual[h % state.seasonLength]! + residual;
    }
    return values;
  },
};

/** The profile of the first `slots` steps after `values`. */
function profile(
  { seasonLength, days, decay }: ProfileArState,
  values: Float64Array,
  slots: number,
  whenEmpty: number,
): Float64Array {
  const result = new Float64Array(slots);
  let fallback: number | undefined;
  for (let slot = 0; slot < slots; slot++) {
    let sum = 0;
    let weights = 0;
    let weight = 1;
    for (let day = 1; day <= days; day++, weight *= decay) {
      const value = values[values.length + slot - day * seasonLength];
      if (value === undefined || Number.isNaN(value)) continue;
      sum += weight * value;
      weights += weight;
    }
    if (weights === 0) fallback ??= meanOr(values, whenEmpty);
    result[slot] = weights > 0 ? sum / weights : fallback!;
  }
  return result;
}

function meanOr(values: Float64Array, otherwise: number): number {
  const average = mean(values);
  return Number.isNaN(average) ? otherwise : average;
}
