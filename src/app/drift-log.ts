import * as z from 'zod';
import { DriftStateSchema } from '#core/evaluate/drift.ts';
import type { WorkloadKey } from '#core/workload.ts';
import { parseRecord } from './catalog-records.ts';
import type { CatalogStore } from './ports/catalog-store.ts';

const DriftRecordSchema = z.strictObject({
  /** The last look, as `EpochMs`. */
  looked_at: z.number(),
  /** The last training that drift started. */
  trained_at: z.number().nullable(),
  metrics: z.record(
    z.string(),
    z.strictObject({
      /** The version and the member of it that was looked at: another one starts anew. */
      version: z.string(),
      member: z.string(),
      drift: DriftStateSchema,
      /** Whether a training has been started for its present status. */
      is_answered: z.boolean(),
    }),
  ),
});

/** What is remembered of the looks at a workload's models. */
export type DriftRecord = z.infer<typeof DriftRecordSchema>;

/** Remembers how the live errors of models stand to those of their backtests. */
export interface DriftLog {
  get(
    workload: WorkloadKey,
  ): Promise<{ readonly record: DriftRecord; readonly revision: number } | undefined>;
  /**
   * @param revision - of the record that `record` follows, undefined for the first
   * @returns false when another look was written in between; then nothing is
   */
  put(workload: WorkloadKey, record: DriftRecord, revision: number | undefined): Promise<boolean>;
}

/** A drift log over the catalog, one record a workload. */
export function createDriftLog(catalog: CatalogStore): DriftLog {
  const keyOf = (workload: WorkloadKey) => ({ partition: 'drift', id: workload });
  return {
    async get(workload) {
      const stored = await catalog.get(keyOf(workload));
      return (
        stored && { record: parseRecord(DriftRecordSchema, stored), revision: stored.revision }
      );
    },
    async put(workload, record, revision) {
      const condition =
        revision === undefined ? ({ ifAbsent: true } as const) : { ifRevision: revision };
      return (await catalog.put(keyOf(workload), record, { condition })) !== undefined;
    },
  };
}
