import * as z from 'zod';
import type { FittedForecaster, Forecaster } from './forecaster.ts';
import { checkCount } from './parameters.ts';
import {
  fitInput,
  fittedPoint,
  lastValues,
  POINT_STATE_SHAPE,
  type PointModel,
} from './point-model.ts';
import { featureCount, RidgeFeatures, type RidgeShape, stepsNeeded } from './ridge-features.ts';
import { fitKnots, RidgeKnotSchema } from './ridge-fit.ts';

export const RidgeStateSchema = z.strictObject({
  kind: z.literal('ridge'),
  version: z.literal(1),
  ...POINT_STATE_SHAPE,
  lags: z.array(z.int().positive()).min(1),
  seasonLength: z.int().positive().nullable(),
  days: z.int().positive(),
  /** The steps ahead that were fitted, ascending. */
  knots: z.array(RidgeKnotSchema).min(1),
  /** The newest values, what was missing filled in. */
  recent: z.array(z.number()).min(1),
});

export type RidgeState = z.infer<typeof RidgeStateSchema>;

export interface RidgeParameters {
  /** Steps in a day (or another season). Without it, and before two of them, only lags are used. */
  readonly seasonLength?: number;
  /** How many seasons back the features look. */
  readonly days?: number;
}

const MIN_HISTORY = 24;
/** A season is used only after it was seen twice. */
const CYCLES_NEEDED = 2;
/** Each block of lags reaches so many times as far as the one before. */
const LAG_RATIO = 4;
/** Without a season, lags reach over this share of the history, and no further than this. */
const LAG_SHARE = 4;
const LONGEST_LAG = 1024;

/**
 * NLinear by ridge regression: how far each future step lies from the last value, regressed on how
 * far the past lies from it (`RidgeFeatures`), directly for every step ahead.
 *
 * `ŷ(t + h) = y(t) + w(h)ᵀ x(t, h)` with `w(h) = (XᵀX + λI)⁻¹ Xᵀ(y(t + h) − y(t))` (Hoerl &
 * Kennard 1970), solved at some steps ahead (`horizonKnots`); the weights between two of them are
 * interpolated. Without evidence the penalty leaves the naive forecast. Past the last knot its weights
 * stay, so beyond a season the forecast repeats the usual day around where it has settled.
 *
 * A knot farther ahead than the history has room for is left out. A missing value is filled in by the
 * move of the day before (by the last value without a season), and is neither an origin nor a target.
 *
 * @throws {RangeError} when a parameter is no positive integer
 */
export function ridge(parameters: RidgeParameters = {}): Forecaster<RidgeState> {
  const { seasonLength, days = 5 } = parameters;
  if (seasonLength !== undefined) checkCount('seasonLength', seasonLength);
  checkCount('days', days);
  return {
    kind: 'ridge',
    capabilities: { quantiles: false, missingValues: true, minHistory: MIN_HISTORY },
    async fit(history, options = {}) {
      const { about, values: all } = fitInput('ridge', history, MIN_HISTORY);
      const observed = all.subarray(all.findIndex((value) => !Number.isNaN(value)));
      const { length } = observed;
      const isSeasonal = seasonLength !== undefined && length >= CYCLES_NEEDED * seasonLength;
      const shape: RidgeShape = {
        lags: lagsWithin(isSeasonal ? seasonLength : Math.floor(length / LAG_SHARE)),
        seasonLength: isSeasonal ? seasonLength : null,
        days,
      };
      const filled = fillFrom([], observed, shape.seasonLength);
      const knots = fitKnots(shape, observed, filled, options.checkpoint);
      return restoreRidge({
        kind: 'ridge',
        version: 1,
        ...about,
        lags: [...shape.lags],
        seasonLength: shape.seasonLength,
        days,
        knots,
        recent: newest(shape, filled),
      });
    },
  };
}

/** The fitted model of a state. */
export function restoreRidge(state: RidgeState): FittedForecaster<RidgeState> {
  return fittedPoint(MODEL, state);
}

const MODEL: PointModel<RidgeState> = {
  advance(state, values) {
    const filled = fillFrom(state.recent, values, state.seasonLength);
    return { ...state, recent: newest(state, filled) };
  },
  point(state, horizon) {
    const values = Float64Array.from(state.recent);
    const origin = values.length - 1;
    const features = new RidgeFeatures(state, values, origin);
    const row = new Float64Array(featureCount(state));
    const point = new Float64Array(horizon);
    const direct = Math.min(horizon, state.seasonLength ?? horizon);
    let upper = 0;
    for (let h = 0; h < direct; h++) {
      const ahead = h + 1;
      while (upper < state.knots.length - 1 && state.knots[upper]!.ahead < ahead) upper++;
      const next = state.knots[upper]!;
      const before = state.knots[upper - 1] ?? next;
      const gap = next.ahead - before.ahead;
      const share = gap > 0 ? Math.min(1, (ahead - before.ahead) / gap) : 1;
      features.read(origin, ahead, row);
      let move = 0;
      for (let j = 0; j < row.length; j++) {
        move += row[j]! * ((1 - share) * before.weights[j]! + share * next.weights[j]!);
      }
      point[h] = values[origin]! + move;
    }
    for (let h = direct; h < horizon; h++) point[h] = point[h - direct]!;
    return point;
  },
};

/** 1, 4, 16 … up to `reach`, and 1 at least. */
function lagsWithin(reach: number): readonly number[] {
  const lags = [1];
  for (let lag = LAG_RATIO; lag <= Math.min(reach, LONGEST_LAG); lag *= LAG_RATIO) lags.push(lag);
  return lags;
}

/**
 * `kept` and the values after it without gaps: a missing one moves as the day before did, or not at
 * all while that is unknown.
 */
function fillFrom(
  kept: readonly number[],
  newer: Float64Array,
  seasonLength: number | null,
): Float64Array {
  const values = lastValues(kept, newer);
  for (let i = kept.length; i < values.length; i++) {
    if (!Number.isNaN(values[i]!)) continue;
    const before = seasonLength === null ? undefined : values[i - seasonLength - 1];
    const move = before === undefined ? 0 : values[i - seasonLength!]! - before;
    values[i] = values[i - 1]! + move;
  }
  return values;
}

function newest(shape: RidgeShape, values: Float64Array): number[] {
  return Array.from(values.subarray(Math.max(0, values.length - stepsNeeded(shape))));
}
