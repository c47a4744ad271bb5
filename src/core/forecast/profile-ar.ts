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
import { learnResidualDecay } from './residual-decay.ts';

export const ProfileArStateSchema = z.strictObject({
  kind: z.literal('profile-ar'),
  version: z.literal(1),
  ...POINT_STATE_SHAPE,
  seasonLength: z.int().positive(),
  days: z.int().positive(),
  decay: z.number().min(0).max(1),
  smoothing: z.number().min(0).max(1),
  persistence: z.number().min(0).max(1),
  /** The newest values, `days` seasons of them at most. */
  recent: NullableValuesSchema,
  /** The last present value. */
  last: z.number(),
  /** How far the series is off its profile at the cutoff: the smoothed residual. */
  residual: z.number(),
});

export type ProfileArState = z.infer<typeof ProfileArStateSchema>;

export interface ProfileArParameters {
  /** Steps in a day (or another season). */
  readonly seasonLength: number;
  /** How many days the profile averages. */
  readonly days?: number;
  /** Weight of a day relative to the one after it, in [0, 1]. */
  readonly decay?: number;
  /** Share of each new residual in the smoothed one, in [0, 1]. Learned when left out. */
  readonly smoothing?: number;
  /** What is left of the smoothed residual after one step, in [0, 1]. Learned when left out. */
  readonly persistence?: number;
}

type Shape = Pick<ProfileArState, 'seasonLength' | 'days' | 'decay'>;

/** A season is used only after it was seen twice. */
const CYCLES_NEEDED = 2;

/**
 * The usual day, shifted to where the series is now:
 * `ŷ(h) = profile(h) + persistence^h × residual`.
 *
 * The profile of a slot is the mean of the same slot on the last `days` days with weights
 * `decay^0, decay^1, …` from the newest on. A value's residual is its distance from the profile of
 * the days before it. Residuals are smoothed exponentially, because a single one is mostly noise,
 * and what is left dies out as in an autoregression of order one. How much to smooth and how long it
 * lasts differ from series to series and from grid to grid, so both are learned from the residuals
 * of the history (`learnResidualDecay`).
 *
 * Missing values: the residual dies out over them; a day without the slot is left out of the mean. A
 * slot that no day has takes the mean of all values kept, and when nothing is kept (an outage longer
 * than the profile) the last present value.
 *
 * @throws {RangeError} when a parameter is out of range
 */
export function profileAr(parameters: ProfileArParameters): Forecaster<ProfileArState> {
  const { seasonLength, days = 5, decay = 0.7, smoothing, persistence } = parameters;
  checkCount('seasonLength', seasonLength);
  checkCount('days', days);
  checkShare('decay', decay);
  if (smoothing !== undefined) checkShare('smoothing', smoothing);
  if (persistence !== undefined) checkShare('persistence', persistence);
  const minHistory = CYCLES_NEEDED * seasonLength;
  return {
    kind: 'profile-ar',
    capabilities: { quantiles: false, missingValues: true, minHistory },
    async fit(history, options = {}) {
      const { about, values } = fitInput('profile-ar', history, minHistory);
      const shape: Shape = { seasonLength, days, decay };
      const residuals = residualsOf(shape, values, seasonLength);
      const learned = learnResidualDecay(residuals, seasonLength, {
        ...(smoothing === undefined ? {} : { smoothing }),
        ...(persistence === undefined ? {} : { persistence }),
        ...(options.checkpoint === undefined ? {} : { checkpoint: options.checkpoint }),
      });
      const firstDay = values.subarray(0, seasonLength);
      const start: ProfileArState = {
        kind: 'profile-ar',
        version: 1,
        ...about,
        ...shape,
        ...learned,
        recent: toNullable(firstDay),
        last: lastPresent(firstDay, Number.NaN),
        residual: 0,
      };
      return restoreProfileAr(MODEL.advance(start, values.subarray(seasonLength)));
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
    let residual = state.residual;
    for (let i = state.recent.length; i < joined.length; i++) {
      const value = joined[i]!;
      if (Number.isNaN(value)) {
        residual *= state.persistence;
        continue;
      }
      let usual = usualAt(state, joined, i);
      if (Number.isNaN(usual)) usual = meanOr(joined.subarray(Math.max(0, i - keep), i), value);
      residual += state.smoothing * (value - usual - residual);
    }
    return {
      ...state,
      recent: toNullable(joined.subarray(Math.max(0, joined.length - keep))),
      last: lastPresent(values, state.last),
      residual,
    };
  },
  point(state, horizon) {
    const kept = lastValues(state.recent, new Float64Array(0));
    const usual = nextDay(state, kept, Math.min(horizon, state.seasonLength));
    const values = new Float64Array(horizon);
    let residual = state.residual;
    for (let h = 0; h < horizon; h++) {
      residual *= state.persistence;
      values[h] = usual[h % state.seasonLength]! + residual;
    }
    return values;
  },
};

/** The profile of the first `slots` steps after `values`. */
function nextDay(state: ProfileArState, values: Float64Array, slots: number): Float64Array {
  const result = new Float64Array(slots);
  let fallback: number | undefined;
  for (let slot = 0; slot < slots; slot++) {
    const usual = usualAt(state, values, values.length + slot);
    if (Number.isNaN(usual)) fallback ??= meanOr(values, state.last);
    result[slot] = Number.isNaN(usual) ? fallback! : usual;
  }
  return result;
}

/** Every value from `from` on minus the profile of the days before it. NaN where either is missing. */
function residualsOf(shape: Shape, values: Float64Array, from: number): Float64Array {
  const residuals = new Float64Array(Math.max(0, values.length - from));
  for (let i = 0; i < residuals.length; i++) {
    residuals[i] = values[from + i]! - usualAt(shape, values, from + i);
  }
  return residuals;
}

/** The weighted mean of the same slot on the days before `index`; NaN when none of them has it. */
function usualAt(
  { seasonLength, days, decay }: Shape,
  values: Float64Array,
  index: number,
): number {
  let sum = 0;
  let weights = 0;
  let weight = 1;
  for (let day = 1; day <= days; day++, weight *= decay) {
    const value = values[index - day * seasonLength];
    if (value === undefined || Number.isNaN(value)) continue;
    sum += weight * value;
    weights += weight;
  }
  return weights > 0 ? sum / weights : Number.NaN;
}

function meanOr(values: Float64Array, otherwise: number): number {
  const average = mean(values);
  return Number.isNaN(average) ? otherwise : average;
}
