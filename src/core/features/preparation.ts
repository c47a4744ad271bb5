import * as z from 'zod';
import { mean, median, quantile, standardDeviation } from '../math/statistics.ts';
import type { Series } from '../series/series.ts';

/** How a series is changed before a model learns from it. Nothing is, unless asked for. */
export interface PreparationOptions {
  /** `median`: missing values become the median. Unless given they stay missing. */
  readonly imputation?: 'none' | 'median';
  /**
   * What moves to the nearest bound. `iqr`: beyond the quartiles by more than `outlierFactor`
   * interquartile ranges (Tukey's fences); `sigma`: away from the mean by more than `outlierFactor`
   * standard deviations. Unless given outliers stay: they are what a scaler has to see.
   */
  readonly outliers?: 'none' | 'iqr' | 'sigma';
  /** 3 unless given. */
  readonly outlierFactor?: number;
}

const Bound = z.number().nullable();

/** What was learned from the training part, in the series' unit. */
export const PreparationStateSchema = z.strictObject({
  kind: z.literal('preparation'),
  version: z.literal(1),
  /** What a missing value becomes; null: it stays missing. */
  fill: Bound,
  /** Smallest and largest value that is left as it is; null: none. */
  lower: Bound,
  upper: Bound,
});
export type PreparationState = z.infer<typeof PreparationStateSchema>;

const OUTLIER_FACTOR = 3;

/**
 * Learns a preparation from the training part of a series, which must hold nothing that a model will
 * be judged on. Quartiles and median are of type 7, the standard deviation has n − 1; missing and
 * infinite values are passed over.
 *
 * Bounds are left out where there is no spread to measure by: fewer than two values, all equal, or
 * (`iqr`) the middle half equal, where every rare value would be an outlier; and where they overflow.
 * Without any value, or where the median overflows, there is nothing to fill in either.
 *
 * @throws {RangeError} when `outlierFactor` is not a positive number
 * @example
 * ```ts
 * import { makeSeries } from '#core/series/series.ts';
 * const [start, step] = [epochMs(0), HOUR];
 * const of = (values: number[]) => makeSeries({ id: 'a', unit: 'count', start, step, values });
 * const state = fitPreparation(of([1, 2, NaN, 3, 4, 5]), { imputation: 'median', outliers: 'iqr' });
 * state; // => { kind: 'preparation', version: 1, fill: 3, lower: -4, upper: 10 }
 * [...applyPreparation(state, of([NaN, 99, 7])).values]; // => [3, 10, 7]
 * ```
 */
export function fitPreparation(
  training: Series,
  { imputation = 'none', outliers = 'none', outlierFactor = OUTLIER_FACTOR }: PreparationOptions,
): PreparationState {
  if (!(outlierFactor > 0 && outlierFactor < Infinity)) {
    throw new RangeError(`an outlier factor must be a positive number, got ${outlierFactor}`);
  }
  const values = training.values.filter(Number.isFinite);
  const fill = imputation === 'median' && values.length > 0 ? median(values) : null;
  const bounds =
    outliers === 'none'
      ? undefined
      : { iqr: fences, sigma: deviations }[outliers](values, outlierFactor);
  const [lower, upper] = bounds ?? [null, null];
  return {
    kind: 'preparation',
    version: 1,
    fill: plain(fill),
    lower: plain(lower),
    upper: plain(upper),
  };
}

/** The series as a model may learn from it: values clipped to the bounds, missing ones filled in. */
export function applyPreparation({ fill, lower, upper }: PreparationState, series: Series): Series {
  const values = series.values.map((value) => {
    if (Number.isNaN(value)) return fill ?? value;
    return Math.min(upper ?? Infinity, Math.max(lower ?? -Infinity, value));
  });
  return { ...series, values };
}

type Bounds = readonly [lower: number, upper: number];

function fences(values: Float64Array, factor: number): Bounds | undefined {
  const [first, third] = [quantile(values, 0.25), quantile(values, 0.75)];
  const range = third - first;
  return usable([first - factor * range, third + factor * range], range);
}

function deviations(values: Float64Array, factor: number): Bounds | undefined {
  const deviation = standardDeviation(values);
  const centre = mean(values);
  return usable([centre - factor * deviation, centre + factor * deviation], deviation);
}

function usable(bounds: Bounds, spread: number): Bounds | undefined {
  return spread > 0 && bounds.every(Number.isFinite) ? bounds : undefined;
}

/** As JSON has it: no −0, nothing infinite. */
function plain(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : value + 0;
}
