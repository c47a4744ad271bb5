import type { DurationMs, EpochMs } from '../time.ts';
import type { MergeResult, Observation } from './observation.ts';
import { bucketStartOf } from './observation-item.ts';
import { registerOf } from './slot-register.ts';

/** The observations of one delivery that belong into one item. */
export interface ItemBatch {
  readonly bucketStart: EpochMs;
  readonly observations: readonly Observation[];
  /** Their places in the delivery. */
  readonly indices: readonly number[];
}

/**
 * Deals a delivery out to its items, so that each is read and written once.
 * @throws {RangeError} when any observation is not one that can be stored; nothing is written then
 */
export function batchByItem(
  step: DurationMs,
  observations: readonly Observation[],
  seenAt: EpochMs,
): readonly ItemBatch[] {
  const batches = new Map<EpochMs, { observations: Observation[]; indices: number[] }>();
  observations.forEach((observation, index) => {
    registerOf(observation, seenAt);
    const bucketStart = bucketStartOf(observation.at, step);
    const batch = batches.get(bucketStart) ?? { observations: [], indices: [] };
    batch.observations.push(observation);
    batch.indices.push(index);
    batches.set(bucketStart, batch);
  });
  return [...batches].map(([bucketStart, batch]) => ({ bucketStart, ...batch }));
}

/**
 * Puts the results of all batches back into the order of the delivery.
 * @param results - of each batch, in the order of `batches`
 */
export function inDeliveryOrder(
  batches: readonly ItemBatch[],
  results: readonly (readonly MergeResult[])[],
): readonly MergeResult[] {
  const placed = batches.flatMap(({ indices }, batch) =>
    indices.flatMap((index, position) => {
      const result = results[batch]?.[position];
      return result === undefined ? [] : [{ index, result }];
    }),
  );
  return placed.sort((a, b) => a.index - b.index).map(({ result }) => result);
}
