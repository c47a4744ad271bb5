import type { ObservationStore } from '#app/ports/observation-store.ts';
import {
  daysOf,
  hoursContentOf,
  parseHours,
  selectHours,
} from '#core/observations/hour-summary.ts';
import { batchByItem, inDeliveryOrder } from '#core/observations/item-batch.ts';
import { hourlySortKey } from '#core/observations/item-key.ts';
import {
  bucketStartOf,
  columnsOf,
  emptyItem,
  mergeItem,
  type ObservationItem,
} from '#core/observations/observation-item.ts';
import { addMs, DAY, type DurationMs, type EpochMs, epochMs, floorTo } from '#core/time.ts';
import { type WorkloadId, workloadKey } from '#core/workload.ts';

/** Observations in memory, for tests of use cases: the same merge, without a table. */
export function createMemoryObservationStore(): ObservationStore {
  /** By workload and step, then by bucket. */
  const raw = new Map<string, Map<EpochMs, ObservationItem>>();
  /** By workload, then by day: the content as it would be stored. */
  const hourly = new Map<string, Map<string, string>>();

  const bucketsOf = (workload: WorkloadId, step: DurationMs): Map<EpochMs, ObservationItem> => {
    const key = `${workloadKey(workload)}#${step}`;
    const buckets = raw.get(key) ?? new Map<EpochMs, ObservationItem>();
    raw.set(key, buckets);
    return buckets;
  };

  return {
    async merge(workload, step, observations, seenAt) {
      const buckets = bucketsOf(workload, step);
      const batches = batchByItem(step, observations, seenAt);
      const results = batches.map((batch) => {
        const before = buckets.get(batch.bucketStart) ?? emptyItem(batch.bucketStart, step);
        const { item, results } = mergeItem(before, batch.observations, seenAt);
        buckets.set(batch.bucketStart, item);
        return results;
      });
      return inDeliveryOrder(batches, results);
    },
    async read(workload, step, range) {
      if (!(range.from < range.to)) return [];
      const first = bucketStartOf(range.from, step);
      const last = bucketStartOf(epochMs(range.to - 1), step);
      const items = [...bucketsOf(workload, step).values()]
        .filter(({ bucketStart }) => bucketStart >= first && bucketStart <= last)
        .sort((a, b) => a.bucketStart - b.bucketStart);
      return columnsOf(items, range);
    },
    async putHours(workload, day, hours) {
      const start = floorTo(day, DAY);
      const days = hourly.get(workloadKey(workload)) ?? new Map<string, string>();
      days.set(hourlySortKey(start), hoursContentOf(start, hours));
      hourly.set(workloadKey(workload), days);
    },
    async readHours(workload, range) {
      const days = daysOf(range);
      const stored = hourly.get(workloadKey(workload));
      if (days === undefined || stored === undefined) return [];
      const found = [];
      for (let day = days.first; day <= days.last; day = addMs(day, DAY)) {
        const content = stored.get(hourlySortKey(day));
        if (content !== undefined) found.push(...parseHours(content, day));
      }
      return selectHours(found, range);
    },
  };
}
