import * as z from 'zod';
import { interpolated } from '../math/interpolated.ts';
import { type ArimaOrder, checkOrder, fitArima } from './arima-order.ts';
import type { FittedForecaster, Forecaster } from './forecaster.ts';
import { checkCount } from './parameters.ts';
import { fitInput, fittedPoint, POINT_STATE_SHAPE, type PointModel } from './point-model.ts';
import { seasonalIndices, withoutSeason } from './seasonal-indices.ts';

export const ArimaStateSchema = z
  .strictObject({
    kind: z.literal('arima'),
    version: z.literal(1),
    ...POINT_STATE_SHAPE,
    /** Coefficients of the past values, the nearest first. */
    ar: z.array(z.number()),
    /** How many times the values are differenced. */
    differences: z.int().min(0).max(2),
    /** Coefficients of the past errors, the nearest first, with R's sign. */
    ma: z.array(z.number()),
    /** What the values come back to; 0 when they are differenced. */
    mean: z.number(),
    /** The newest values without their season, oldest first; forecasts in place of missing ones. */
    recent: z.array(z.number()),
    /** The newest one-step errors, oldest first; 0 for missing values. */
    residuals: z.array(z.number()),
    /** What each slot of the season adds; a single 0 when there is no season. */
    season: z.array(z.number()).min(1),
    /** The slot of the step after the cutoff. */
    slot: z.int().nonnegative(),
  })
  .refine(
    ({ ar, differences, ma, recent, residuals, season, slot }) =>
      recent.length === keptValues(ar.length, differences) &&
      residuals.length === ma.length &&
      slot < season.length,
    'the recursion of these coefficients needs other numbers of values, residuals or slots',
  );

export type ArimaState = z.infer<typeof ArimaStateSchema>;

export interface ArimaParameters {
  /** Numbers of AR coefficients, differences and MA coefficients; searched for when left out. */
  readonly order?: ArimaOrder;
  /** Steps in a day (or another season). */
  readonly seasonLength?: number;
  /** Whether the season is taken off first; `indices` unless there is no season length. */
  readonly seasonal?: 'none' | 'indices';
}

const MIN_HISTORY = 24;
/** A week of five-minute steps. More would make the fit slower and the coefficients older. */
const MOST_STEPS = 2016;
/** Older cycles say less about the next one. */
const CYCLES = 7;

/**
 * An autoregressive integrated moving average of a series without its season (Box & Jenkins;
 * Hyndman & Athanasopoulos, FPP3, chapter 9):
 * `wₜ = Σ φᵢ wₜ₋ᵢ + eₜ + Σ θⱼ eₜ₋ⱼ`, where w is the value minus the mean, or the differenced value.
 *
 * - Estimated on the newest 2,016 steps by conditional least squares; the AR part is stationary and
 *   the MA part invertible by construction, so that no forecast ever grows faster than a line.
 * - Without an `order` the KPSS test decides on one difference or none, and the corrected Akaike
 *   criterion on p and q (`searchArma`).
 * - The season is additive indices of the newest seven cycles (`seasonalIndices`), shrunk towards
 *   none, used as soon as they can be told from noise, and fixed until the next fit.
 * - No drift: a differenced series goes on from where it is.
 *
 * A missing value is replaced by its forecast, in `update` and in the estimation.
 *
 * @throws {RangeError} when a parameter is out of range
 */
export function arima(parameters: ArimaParameters = {}): Forecaster<ArimaState> {
  const { order, seasonLength, seasonal = 'indices' } = parameters;
  if (order !== undefined) checkOrder(order);
  if (seasonLength !== undefined) checkCount('seasonLength', seasonLength);
  return {
    kind: 'arima',
    capabilities: { quantiles: false, missingValues: true, minHistory: MIN_HISTORY },
    async fit(history, { checkpoint } = {}) {
      const { about, values } = fitInput('arima', history, MIN_HISTORY);
      const [first, end] = estimationWindow(values);
      const season = indicesOf(values.subarray(0, end), seasonal, seasonLength);
      const level = withoutSeason(values.subarray(first, end), {
        mode: 'subtract',
        indices: season,
      });
      const fit = fitArima(about.seriesId, level, order, checkpoint);
      const kept = keptValues(fit.ar.length, fit.differences);
      const start: ArimaState = {
        kind: 'arima',
        version: 1,
        ...about,
        ar: plain(fit.ar),
        differences: fit.differences,
        ma: plain(fit.ma),
        mean: fit.mean + 0,
        recent: plain(interpolated(level.subarray(0, kept))),
        residuals: plain(new Float64Array(fit.ma.length)),
        season: plain(season),
        slot: slotAt(first + kept - end, season.length),
      };
      return restoreArima(MODEL.advance(start, values.subarray(first + kept)));
    },
  };
}

/** The fitted model of a state. */
export function restoreArima(state: ArimaState): FittedForecaster<ArimaState> {
  return fittedPoint(MODEL, state);
}

const MODEL: PointModel<ArimaState> = {
  advance(state, values) {
    const past = pastOf(state);
    for (const value of values) {
      const forecast = nextLevel(state, past);
      const level = Number.isNaN(value) ? forecast : value - seasonOf(state, past);
      takeUp(state, past, level, level - forecast);
    }
    return { ...state, ...past };
  },
  point(state, horizon) {
    const past = pastOf(state);
    return Float64Array.from({ length: horizon }, () => {
      const level = nextLevel(state, past);
      const value = level + seasonOf(state, past);
      takeUp(state, past, level, 0);
      return value;
    });
  },
};

/** The part of a state that moves. */
type Past = Pick<ArimaState, 'recent' | 'residuals' | 'slot'>;

function pastOf({ recent, residuals, slot }: ArimaState): Past {
  return { recent: [...recent], residuals: [...residuals], slot };
}

function seasonOf({ season }: ArimaState, { slot }: Past): number {
  return season[slot]!;
}

/** The forecast of the next value without its season. */
function nextLevel({ ar, differences, ma, mean }: ArimaState, { recent, residuals }: Past): number {
  const last = recent.length - 1;
  const moveAt = (i: number): number => {
    if (differences === 0) return recent[i]! - mean;
    if (differences === 1) return recent[i]! - recent[i - 1]!;
    return recent[i]! - 2 * recent[i - 1]! + recent[i - 2]!;
  };
  let move = 0;
  for (let i = 0; i < ar.length; i++) move += ar[i]! * moveAt(last - i);
  for (let j = 0; j < ma.length; j++) move += ma[j]! * residuals[residuals.length - 1 - j]!;
  if (differences === 0) return mean + move;
  if (differences === 1) return recent[last]! + move;
  return 2 * recent[last]! - recent[last - 1]! + move;
}

/** Moves the past one step on, in place. */
function takeUp({ season }: ArimaState, past: Past, level: number, residual: number): void {
  push(past.recent, level);
  push(past.residuals, residual);
  past.slot = (past.slot + 1) % season.length;
}

/** The oldest makes room for the newest. */
function push(kept: number[], newest: number): void {
  kept.push(newest);
  kept.shift();
}

/** How many past values the recursion reads: p moves of d + 1 values each, overlapping. */
function keptValues(p: number, differences: number): number {
  return p + differences;
}

/** The newest steps `[first, end)` that begin and end with a value. */
function estimationWindow(values: Float64Array): readonly [first: number, end: number] {
  let end = values.length;
  while (Number.isNaN(values[end - 1]!)) end--;
  let first = Math.max(0, end - MOST_STEPS);
  while (Number.isNaN(values[first]!)) first++;
  return [first, end];
}

/** What each slot adds, from the step after the last value on; a single 0 without a season. */
function indicesOf(
  values: Float64Array,
  seasonal: 'none' | 'indices',
  seasonLength: number | undefined,
): Float64Array {
  const none = new Float64Array(1);
  if (seasonal === 'none' || seasonLength === undefined) return none;
  const recent = values.subarray(-CYCLES * seasonLength);
  return seasonalIndices(recent, seasonLength, 'subtract')?.indices ?? none;
}

/** The slot of a step, counted from the one after the last value, which has slot 0. */
function slotAt(steps: number, slots: number): number {
  return ((steps % slots) + slots) % slots;
}

/** As JSON holds them: -0 is 0. */
function plain(values: Float64Array): number[] {
  return Array.from(values, (value) => value + 0);
}
