import * as z from 'zod';
import { IncidentSchema } from '#contracts/http/incidents.ts';
import { IncidentTrackerStateSchema } from '#core/detect/incidents.ts';
import { StreamingStateSchema } from '#core/detect/streaming.ts';
import type { WorkloadKey } from '#core/workload.ts';
import { parseRecord } from './catalog-records.ts';
import type { CatalogStore } from './ports/catalog-store.ts';

const DetectionStateSchema = z.strictObject({
  /** Rows before this time (`EpochMs`) have been scored, whether they held values or not. */
  scored_to: z.number(),
  /** What each metric's streaming detector has seen: all rows up to `scored_to`. */
  streaming: z.record(z.string(), StreamingStateSchema),
  tracker: IncidentTrackerStateSchema,
  /** What the last scoring found out about incidents. The log has it soon after this record has. */
  changed: z.array(IncidentSchema),
});

/** How far the scheduled scoring of a workload has come. Plain JSON, some 30 kB for seven metrics. */
export type DetectionState = z.infer<typeof DetectionStateSchema>;

/** Where the scheduled scoring goes on from: one record a workload. */
export interface DetectionStates {
  /** Undefined before the first scoring. */
  get(
    workload: WorkloadKey,
  ): Promise<{ readonly state: DetectionState; readonly revision: number } | undefined>;
  /**
   * @param revision - of the record that `state` goes on from, undefined for the first
   * @returns false when another scoring wrote in between; then nothing is written
   */
  put(workload: WorkloadKey, state: DetectionState, revision: number | undefined): Promise<boolean>;
}

/** The detection states over the catalog. */
export function createDetectionStates(catalog: CatalogStore): DetectionStates {
  const keyOf = (workload: WorkloadKey) => ({ partition: 'detection', id: workload });
  return {
    async get(workload) {
      const record = await catalog.get(keyOf(workload));
      return (
        record && { state: parseRecord(DetectionStateSchema, record), revision: record.revision }
      );
    },
    async put(workload, state, revision) {
      const condition =
        revision === undefined ? ({ ifAbsent: true } as const) : { ifRevision: revision };
      return (await catalog.put(keyOf(workload), state, { condition })) !== undefined;
    },
  };
}
