import * as z from 'zod';
import { addMs, DAY, type EpochMs, epochMs } from '#core/time.ts';
import type { WorkloadId } from '#core/workload.ts';
import { readRecord, updateRecord } from './catalog-records.ts';
import type { CatalogStore } from './ports/catalog-store.ts';

/** As long as the raw observations that they explain. */
const LIFETIME_DAYS = 35;
/** Kept of one workload; more than this in five weeks tells nothing that could still be masked. */
const MAX_MARKS = 2_000;

const MarksSchema = z.strictObject({ deployments: z.array(z.number()).max(MAX_MARKS) });

/** What is known to have happened to a workload: its deployments, as the moments they went live. */
export interface MarkLog {
  /**
   * Adds deployments to those known. Any order and any repeats leave the same log; what is older than
   * 35 days is forgotten.
   */
  add(workload: WorkloadId, deployments: readonly EpochMs[], now: EpochMs): Promise<void>;
  /** The deployments from `from` up to but not at `to`, ascending. */
  deployments(
    workload: WorkloadId,
    range?: { readonly from?: EpochMs; readonly to?: EpochMs },
  ): Promise<readonly EpochMs[]>;
}

/** A mark log over the catalog, one record a deployment: all containers of it share their marks. */
export function createMarkLog(catalog: CatalogStore): MarkLog {
  const keyOf = ({ cluster, namespace, deployment }: WorkloadId) => ({
    partition: 'marks',
    id: `${cluster}#${namespace}#${deployment}`,
  });
  return {
    async add(workload, deployments, now) {
      if (deployments.length === 0) return;
      const oldest = addMs(now, DAY, -LIFETIME_DAYS);
      await updateRecord(catalog, MarksSchema, keyOf(workload), (current) => {
        const known = current?.deployments ?? [];
        const kept = [...new Set([...known, ...deployments])]
          .filter((at) => at >= oldest)
          .sort((a, b) => a - b)
          .slice(-MAX_MARKS);
        const isNews = kept.some((at) => !known.includes(at));
        return isNews ? { deployments: kept } : undefined;
      });
    },
    async deployments(workload, { from = epochMs(0), to } = {}) {
      const record = await readRecord(catalog, MarksSchema, keyOf(workload));
      return (record?.deployments ?? [])
        .filter((at) => at >= from && (to === undefined || at < to))
        .map(epochMs);
    },
  };
}
