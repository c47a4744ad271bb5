import * as z from 'zod';
import { NullableValuesSchema, toNullable } from '../forecast/point-model.ts';
import { type Series, sliceSeries } from '../series/series.ts';
import { epochMs } from '../time.ts';
import type { BacktestResult } from './backtest.ts';
import type { ErrorBands } from './error-bands.ts';
import { ErrorRecord, type ResolvedError } from './error-record.ts';
import { replayErrors } from './replay-errors.ts';
import { VolatilitySchema, volatilityOf, volatilityScales } from './volatility.ts';

const TailSchema = z.number().gt(0).lt(0.5);

export const CalibrationSchema = z
  .strictObject({
    kind: z.literal('adaptive-conformal'),
    version: z.literal(1),
    /** Of the series, at the time that the forecaster it belongs to was fitted. */
    volatility: VolatilitySchema,
    /** When the recorded forecasts were made, as `EpochMs`, ascending. */
    cutoffs: z.array(z.number()),
    /** The scale of the series at each of them; null: unknown. */
    scales: z.array(z.number().positive().nullable()),
    buckets: z
      .array(
        z.strictObject({
          fromStep: z.int().positive(),
          toStep: z.int().positive(),
          /** Probabilities beyond either end that the 80 % band asks of the errors, so as to hold 80 %. */
          tails: z.strictObject({ lower: TailSchema, upper: TailSchema }),
          /** Actual − forecast a cutoff, at the steps that stand for the bucket; null: unknown or dropped. */
          leads: z.array(
            z.strictObject({ step: z.int().positive(), errors: NullableValuesSchema }),
          ),
        }),
      )
      .min(1),
  })
  .refine(
    ({ cutoffs, scales, buckets }) =>
      scales.length === cutoffs.length &&
      buckets.every(({ leads }) => leads.every(({ errors }) => errors.length === cutoffs.length)),
    { error: 'a scale and an error of every lead are needed for each cutoff' },
  );

/** The errors a forecaster has made lately: what its quantiles are made of. */
export type Calibration = z.infer<typeof CalibrationSchema>;

/**
 * Collects the rolling errors of a candidate for its bands, in the order in which they became known.
 *
 * The bands are those of split conformal prediction a horizon bucket (Vovk et al. 2005; Lei et al.
 * 2018) with three changes for series that change: half of a quantile is taken of errors in units of
 * the volatility at their origin; up to 36 steps ahead the tails of the 80 % band adapt, each by 0.03
 * of its miss (adaptive conformal inference, Gibbs & Candès 2021); beyond 72 steps both sides share
 * one quantile. `BucketErrors` and `ErrorBands` have the details.
 *
 * @param target - the series of the backtest
 * @param options.resolvedBy - index in the series; only what was known by then is used
 * @returns null with fewer than 9 errors one step ahead: no 80 % band can be made of them
 * @throws {RangeError} when there is no such candidate
 */
export function calibrate(
  result: BacktestResult,
  name: string,
  target: Series,
  options: { readonly resolvedBy?: number } = {},
): Calibration | null {
  const { resolvedBy = target.values.length - 1 } = options;
  const scales = volatilityScales(target.values, result.origins);
  const record = replayErrors(result, name, scales, undefined, resolvedBy);
  if (!record.bands.areReady) return null;
  const known = sliceSeries(target, 0, resolvedBy + 1);
  return toCalibration(record, volatilityOf(known));
}

/**
 * The calibration after more forecasts have met their actuals: the errors of one moment move the
 * tails by one step and become part of the bands, where the oldest make room. Errors at steps other
 * than its leads are passed over, and so are errors it has. The same as calibrating over all of them,
 * moment by moment; the volatility stays as it is.
 *
 * Bands look back over 200 origins, so hand in forecasts about as far apart as those of the backtest.
 */
export function observe(calibration: Calibration, resolved: readonly ResolvedError[]): Calibration {
  const record = toRecord(calibration);
  record.resolve(resolved);
  return toCalibration(record, calibration.volatility);
}

/** The steps ahead whose errors `observe` takes up, ascending. */
export function observedSteps(calibration: Calibration): readonly number[] {
  return calibration.buckets.flatMap(({ leads }) => leads.map(({ step }) => step));
}

/** The bands of a calibration, to be asked as often as needed. */
export function bandsOf(calibration: Calibration): ErrorBands {
  return toRecord(calibration).bands;
}

/** Digits kept of an error: finer than any band deserves, and a third of the space. */
const ERROR_DIGITS = 4;
/** Digits kept of a value: what observations are stored with. */
const VALUE_DIGITS = 7;

/** The calibration with its numbers rounded, for storing: about 20 kB of JSON for 160 origins. */
export function compactCalibration(calibration: Calibration): Calibration {
  const { volatility, scales, buckets } = calibration;
  return {
    ...calibration,
    volatility: {
      ...volatility,
      recent: volatility.recent.map((value) => rounded(value, VALUE_DIGITS)),
    },
    scales: scales.map((scale) => rounded(scale, ERROR_DIGITS)),
    buckets: buckets.map((bucket) => ({
      ...bucket,
      leads: bucket.leads.map(({ step, errors }) => ({
        step,
        errors: errors.map((error) => rounded(error, ERROR_DIGITS)),
      })),
    })),
  };
}

function rounded(value: number | null, digits: number): number | null {
  return value === null ? null : Number(value.toPrecision(digits));
}

function toCalibration(
  { origins, bands }: ErrorRecord,
  volatility: Calibration['volatility'],
): Calibration {
  let lead = 0;
  const errorsOf = (column: number) =>
    toNullable(Float64Array.from(origins, ({ errors }) => errors[column]! + 0));
  return {
    kind: 'adaptive-conformal',
    version: 1,
    volatility,
    cutoffs: origins.map(({ cutoff }) => cutoff),
    scales: toNullable(Float64Array.from(origins, ({ scale }) => scale)),
    buckets: bands.buckets.map(({ bucket, tails, leads }) => ({
      ...bucket,
      tails: { ...tails },
      leads: leads.map((step) => ({ step, errors: errorsOf(lead++) })),
    })),
  };
}

function toRecord({ cutoffs, scales, buckets }: Calibration): ErrorRecord {
  const record = new ErrorRecord(buckets);
  buckets.forEach(({ tails, leads }, i) => {
    record.bands.buckets[i]!.tails = tails;
    for (const { step, errors } of leads) {
      errors.forEach((error, row) => {
        if (error === null) return;
        record.keep({ cutoff: epochMs(cutoffs[row]!), step, error, scale: scales[row] ?? null });
      });
    }
  });
  return record;
}
