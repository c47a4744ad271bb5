import * as z from 'zod';
import { type EpochMs, toIso } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';
import { parseRecord, updateRecord } from './catalog-records.ts';
import type { CatalogStore } from './ports/catalog-store.ts';

const PARTITION = 'last-scores';

const LastScoreSchema = z.strictObject({
  anomaly: z.strictObject({ at: z.string(), score: z.number() }).nullable(),
  /** By metric: 1 − live error / error of the last value known, an hour ahead. */
  skill: z.strictObject({ at: z.string(), by_metric: z.record(z.string(), z.number()) }).nullable(),
});

/** What the scheduled scoring found out last about a workload, each part with its time. */
export type LastScore = z.infer<typeof LastScoreSchema>;

/** The last scores of all workloads, listed by one query: what exporters show between two scorings. */
export interface LastScores {
  /** Notes what a scoring found; what it has not looked at stays as it was. */
  note(
    workload: WorkloadKey,
    at: EpochMs,
    found: {
      readonly anomaly: number | null;
      readonly skills: readonly { readonly metric: string; readonly skill: number | null }[];
    },
  ): Promise<void>;
  list(): Promise<ReadonlyMap<WorkloadKey, LastScore>>;
}

/** The last scores over the catalog: one small record a workload. */
export function createLastScores(catalog: CatalogStore): LastScores {
  return {
    async note(workload, at, { anomaly, skills }) {
      const known = skills.flatMap(({ metric, skill }) =>
        skill === null ? [] : [[metric, skill] as const],
      );
      if (anomaly === null && known.length === 0) return;
      const time = toIso(at);
      await updateRecord(
        catalog,
        LastScoreSchema,
        { partition: PARTITION, id: workload },
        (last) => ({
          anomaly: anomaly === null ? (last?.anomaly ?? null) : { at: time, score: anomaly },
          skill:
            known.length === 0
              ? (last?.skill ?? null)
              : { at: time, by_metric: Object.fromEntries(known) },
        }),
      );
    },
    async list() {
      const records = await catalog.list(PARTITION);
      return new Map(records.map((record) => [record.id, parseRecord(LastScoreSchema, record)]));
    },
  };
}
