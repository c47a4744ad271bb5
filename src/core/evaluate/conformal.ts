import * as z from 'zod';
import { type BacktestResult, candidateOf } from './backtest.ts';
import { bucketsWithin, type HorizonBucket } from './horizon-buckets.ts';

export const CalibrationSchema = z.strictObject({
  kind: z.literal('split-conformal'),
  version: z.literal(1),
  buckets: z
    .array(
      z.strictObject({
        fromStep: z.int().positive(),
        toStep: z.int().positive(),
        /** Signed errors (actual − forecast), ascending, in the unit of the series. */
        errors: z.array(z.number()).min(1),
        /** Whether neighbouring buckets lent errors, because this one had too few. */
        pooled: z.boolean(),
      }),
    )
    .min(1),
});

/** The errors a forecast has made in each horizon bucket: what its quantiles are made of. */
export type Calibration = z.infer<typeof CalibrationSchema>;

/** Most errors kept a bucket, the newest. */
const MAX_ERRORS = 400;
/** A bucket with fewer borrows from its neighbours. */
const MIN_ERRORS = 30;
/** With fewer in all there is no calibration: (9 + 1) × 0.1 is the first rank of an 80 % band. */
const MIN_ERRORS_AT_ALL = 9;

/**
 * Collects the rolling errors of a candidate for split conformal prediction (Vovk et al. 2005; Lei
 * et al. 2018), one set a horizon bucket.
 *
 * A bucket holds at most 400 of its newest errors. Steps of one origin err together, so each origin
 * gives the same few of the bucket's steps, spread evenly, and the set reaches back over as many
 * origins as it can. A bucket with fewer than 30 errors is pooled with its nearest neighbours on
 * both sides, then the next ones, until it has 30 or there are no more.
 *
 * @param options.resolvedBy - index in the series; only errors known by then are used
 * @returns null when there are fewer than 9 errors in all: no 80 % band can be made of them
 * @throws {RangeError} when there is no such candidate
 */
export function calibrate(
  result: BacktestResult,
  name: string,
  options: { readonly resolvedBy?: number } = {},
): Calibration | null {
  const { errors } = candidateOf(result, name);
  const buckets = bucketsWithin(result.horizon);
  const own = buckets.map((bucket) => newestErrors(result, errors, bucket, options.resolvedBy));
  const total = own.reduce((sum, { length }) => sum + length, 0);
  if (total < MIN_ERRORS_AT_ALL) return null;
  return {
    kind: 'split-conformal',
    version: 1,
    buckets: buckets.map((bucket, i) => {
      const pool = pooledErrors(own, i);
      return {
        ...bucket,
        errors: [...Float64Array.from(pool).sort()],
        pooled: pool.length > own[i]!.length,
      };
    }),
  };
}

/**
 * The quantile of the forecast's own error some steps ahead; beyond the last bucket the last
 * bucket's.
 *
 * Below the median it is the error of rank ⌊(n + 1) q⌋, above it of rank ⌈(n + 1) q⌉, so that a band
 * of n exchangeable errors covers at least its level; where the rank does not exist, the extreme one.
 * Ascending in `q`, so quantiles made of it never cross.
 *
 * @param step - steps ahead, 1 or more
 * @param q - in (0, 1)
 */
export function errorQuantile(calibration: Calibration, step: number, q: number): number {
  const { buckets } = calibration;
  const bucket = buckets.find(({ toStep }) => step <= toStep) ?? buckets[buckets.length - 1]!;
  const { errors } = bucket;
  const position = (errors.length + 1) * q;
  const below = atRank(errors, Math.floor(position + ROUNDING));
  const above = atRank(errors, Math.ceil(position - ROUNDING));
  if (q === 0.5) return (below + above) / 2;
  return q < 0.5 ? below : above;
}

/** (1 - 0.8) / 2 is a little less than 0.1: without this its rank would be one too low. */
const ROUNDING = 1e-9;

function atRank(sorted: readonly number[], rank: number): number {
  return sorted[Math.min(sorted.length, Math.max(1, rank)) - 1]!;
}

/** The newest errors of a bucket, evenly out of the origins, newest origin first. */
function newestErrors(
  { origins, horizon }: BacktestResult,
  errors: Float64Array,
  bucket: HorizonBucket,
  resolvedBy = Infinity,
): readonly number[] {
  let rows = origins.length;
  while (rows > 0 && origins[rows - 1]! + bucket.fromStep > resolvedBy) rows--;
  const steps = spreadSteps(bucket, Math.floor(MAX_ERRORS / Math.max(1, rows)));
  const newest: number[] = [];
  for (let row = rows - 1; row >= 0 && newest.length < MAX_ERRORS; row--) {
    for (const step of steps) {
      const error = errors[row * horizon + step - 1]!;
      if (origins[row]! + step <= resolvedBy && !Number.isNaN(error)) newest.push(error);
    }
  }
  return newest;
}

/** So many steps of a bucket, one at least and all at most, spread evenly. */
function spreadSteps({ fromStep, toStep }: HorizonBucket, wanted: number): readonly number[] {
  const width = toStep - fromStep + 1;
  const count = Math.min(width, Math.max(1, wanted));
  return Array.from(
    { length: count },
    (_, k) => fromStep + Math.floor(((k + 0.5) * width) / count),
  );
}

function pooledErrors(own: readonly (readonly number[])[], bucket: number): readonly number[] {
  let pool = own[bucket]!;
  for (let distance = 1; pool.length < MIN_ERRORS && distance < own.length; distance++) {
    pool = [...pool, ...(own[bucket - distance] ?? []), ...(own[bucket + distance] ?? [])];
  }
  return pool;
}
