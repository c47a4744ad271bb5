import * as z from 'zod';
import {
  lastValues,
  NullableValuesSchema,
  toNullable,
  valuesAfter,
} from '../forecast/point-model.ts';
import { cutoffOf, type Series } from '../series/series.ts';
import { durationMs, epochMs } from '../time.ts';

/** Values that the fast and the slow half of the scale look back over. */
const FAST = 36;
const SLOW = 288;
/** Share of the whole history's deviation below which no scale goes. */
const FLOOR = 0.1;

export const VolatilitySchema = z.strictObject({
  /** Milliseconds between two values. */
  step: z.number().positive(),
  /** Time of the last value taken up, as `EpochMs`. */
  cutoff: z.number(),
  /** The last 288 values, null is missing. */
  recent: NullableValuesSchema.max(SLOW),
  /** Count, mean and sum of squared deviations from it of all values so far (Welford 1962). */
  count: z.int().nonnegative(),
  mean: z.number(),
  squares: z.number().nonnegative(),
});

/** How much a series moves around at present, carried forward value by value. */
export type Volatility = z.infer<typeof VolatilitySchema>;

/** The volatility at the end of a series. @throws {DomainError} `SERIES_EMPTY` */
export function volatilityOf(target: Series): Volatility {
  const moments = newMoments();
  for (const value of target.values) add(moments, value);
  return {
    step: target.step,
    cutoff: cutoffOf(target),
    recent: toNullable(target.values.slice(-SLOW).map(finiteOrMissing)),
    ...moments,
  };
}

/**
 * Takes up the values of `target` after the cutoff; a hole counts as missing. Over one part and then
 * the next it gives the same as over both.
 *
 * @throws {DomainError} `SERIES_MISALIGNED` when `target` lies on another grid
 */
export function advanceVolatility(volatility: Volatility, target: Series): Volatility {
  const { step, cutoff, recent, ...before } = volatility;
  const values = valuesAfter(target, epochMs(cutoff), durationMs(step));
  if (values.length === 0) return volatility;
  const moments = { ...before };
  for (const value of values) add(moments, value);
  return {
    step,
    cutoff: cutoff + values.length * step,
    recent: toNullable(lastValues(recent, values, SLOW)),
    ...moments,
  };
}

/**
 * The scale that errors made now are measured in: half the standard deviation of the last 36 values,
 * half that of the last 288, but no less than a tenth of the deviation of all values, so that a quiet
 * hour does not blow up the errors that follow it. Unit of the series.
 *
 * @returns null when it is unknown: fewer than 288 values, half of them missing, or none that differ
 */
export function scaleOf({ recent, count, squares }: Volatility): number | null {
  const scale = scaleAt(lastValues(recent, new Float64Array(0)), { count, squares });
  return Number.isNaN(scale) ? null : scale;
}

/**
 * The scale at each origin of a backtest, made of the values up to it.
 *
 * @param origins - ascending indices in `values`
 * @returns beside `origins`; NaN where it is unknown
 */
export function volatilityScales(values: Float64Array, origins: ArrayLike<number>): Float64Array {
  const moments = newMoments();
  let known = 0;
  return Float64Array.from(origins, (origin) => {
    for (; known <= origin; known++) add(moments, values[known]!);
    return scaleAt(values.subarray(Math.max(0, known - SLOW), known), moments);
  });
}

interface Moments {
  count: number;
  mean: number;
  squares: number;
}

function newMoments(): Moments {
  return { count: 0, mean: 0, squares: 0 };
}

/** One step of Welford's recursion, which needs no values kept and does not cancel. */
function add(moments: Moments, value: number): void {
  if (!Number.isFinite(value)) return;
  moments.count++;
  const deviation = value - moments.mean;
  moments.mean += deviation / moments.count;
  moments.squares += deviation * (value - moments.mean);
}

function scaleAt(recent: Float64Array, { count, squares }: Omit<Moments, 'mean'>): number {
  if (recent.length < SLOW) return Number.NaN;
  const overall = Math.sqrt(squares / Math.max(1, count - 1));
  const scale = (deviationOf(recent.subarray(-FAST)) + deviationOf(recent)) / 2;
  const floored = Math.max(scale, FLOOR * overall);
  return floored > 0 ? floored : Number.NaN;
}

/** Sample standard deviation of the values present; NaN when half or more are missing. */
function deviationOf(values: Float64Array): number {
  let count = 0;
  let sum = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    count++;
    sum += value;
  }
  if (2 * count <= values.length) return Number.NaN;
  const centre = sum / count;
  let squares = 0;
  for (const value of values) if (Number.isFinite(value)) squares += (value - centre) ** 2;
  return Math.sqrt(squares / (count - 1));
}

function finiteOrMissing(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}
