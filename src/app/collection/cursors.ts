import * as z from 'zod';
import { type EpochMs, epochMs } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';
import { readRecord, updateRecord } from '../catalog-records.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';

const CursorSchema = z.strictObject({
  /** By metric. */
  cursors: z.record(z.string(), z.strictObject({ first_ms: z.number(), through_ms: z.number() })),
});

/** How much of a metric was read from its source. */
export interface Cursor {
  /** Where its first read begins. It stays when that read fails, so that no past slips away meanwhile. */
  readonly first: EpochMs;
  /** Up to where it was read, whole and settled. */
  readonly through: EpochMs;
}

/** How much of each metric of a workload was read from its source. */
export interface CursorLog {
  /** The cursors of these metrics; those that have none begin at `first`. */
  begin(
    workload: WorkloadKey,
    metrics: readonly string[],
    first: EpochMs,
  ): Promise<ReadonlyMap<string, Cursor>>;
  /** Moves metrics forward; none ever moves back, so repeated and late readers do no harm. */
  advance(workload: WorkloadKey, through: ReadonlyMap<string, EpochMs>): Promise<void>;
}

export function createCursorLog(catalog: CatalogStore): CursorLog {
  const keyOf = (id: WorkloadKey) => ({ partition: 'cursors', id });
  return {
    async begin(workload, metrics, first) {
      const known = await readRecord(catalog, CursorSchema, keyOf(workload));
      const isKnown = metrics.every((metric) => known && Object.hasOwn(known.cursors, metric));
      const stored = isKnown
        ? known
        : await updateRecord(catalog, CursorSchema, keyOf(workload), (current) => {
            const fresh = metrics.map((metric) => [metric, { first_ms: first, through_ms: first }]);
            return { cursors: { ...Object.fromEntries(fresh), ...current?.cursors } };
          });
      const entries = Object.entries(stored?.cursors ?? {});
      return new Map(
        entries.map(([metric, { first_ms, through_ms }]) => [
          metric,
          { first: epochMs(first_ms), through: epochMs(through_ms) },
        ]),
      );
    },
    async advance(workload, through) {
      if (through.size === 0) return;
      await updateRecord(catalog, CursorSchema, keyOf(workload), (current) => {
        const cursors = { ...current?.cursors };
        let isMoved = false;
        for (const [metric, ms] of through) {
          const known = cursors[metric];
          if (known && known.through_ms >= ms) continue;
          cursors[metric] = { first_ms: known?.first_ms ?? ms, through_ms: ms };
          isMoved = true;
        }
        return isMoved ? { cursors } : undefined;
      });
    },
  };
}
