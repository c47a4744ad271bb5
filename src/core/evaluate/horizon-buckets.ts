/** A range of steps ahead that is scored together, both ends included. */
export interface HorizonBucket {
  readonly fromStep: number;
  readonly toStep: number;
}

/**
 * The ranges in which forecasts are scored and their errors collected. On five-minute steps their
 * ends are 5 min, 15 min, 30 min, 1 h, 3 h, 6 h, 24 h and a week.
 */
export const HORIZON_BUCKETS: readonly HorizonBucket[] = [1, 3, 6, 12, 36, 72, 288, 2016].map(
  (toStep, i, ends) => ({ fromStep: (ends[i - 1] ?? 0) + 1, toStep }),
);

/**
 * Index of the bucket of a step; what lies beyond the last one counts as the last.
 *
 * @throws {RangeError} when `step` is not a positive integer
 * @example
 * ```ts
 * [1, 2, 3, 4, 288, 289, 9999].map(bucketOf); // => [0, 1, 1, 2, 6, 7, 7]
 * ```
 */
export function bucketOf(step: number): number {
  if (!Number.isInteger(step) || step < 1) {
    throw new RangeError(`a step ahead is a positive integer, got ${step}`);
  }
  const index = HORIZON_BUCKETS.findIndex(({ toStep }) => step <= toStep);
  return index < 0 ? HORIZON_BUCKETS.length - 1 : index;
}

/**
 * The buckets that a horizon reaches, the last one cut off at it.
 *
 * @example
 * ```ts
 * bucketsWithin(2); // => [{ fromStep: 1, toStep: 1 }, { fromStep: 2, toStep: 2 }]
 * ```
 */
export function bucketsWithin(horizon: number): readonly HorizonBucket[] {
  return HORIZON_BUCKETS.filter(({ fromStep }) => fromStep <= horizon).map((bucket) => ({
    fromStep: bucket.fromStep,
    toStep: Math.min(bucket.toStep, horizon),
  }));
}
