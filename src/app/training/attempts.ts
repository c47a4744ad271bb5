import * as z from 'zod';
import type { WorkloadKey } from '#core/workload.ts';
import { readRecord } from '../catalog-records.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';

const AttemptSchema = z.strictObject({ at: z.number(), from: z.number(), to: z.number() });

/** When a workload was last trained or refused, and the range of data that was looked at. */
export type Attempt = z.infer<typeof AttemptSchema>;

/** Remembers the last training of each workload, successful or not, so that none is due in a loop. */
export interface AttemptLog {
  get(workload: WorkloadKey): Promise<Attempt | undefined>;
  record(workload: WorkloadKey, attempt: Attempt): Promise<void>;
}

export function createAttemptLog(catalog: CatalogStore): AttemptLog {
  const keyOf = (workload: WorkloadKey) => ({ partition: 'training-attempts', id: workload });
  return {
    get: (workload) => readRecord(catalog, AttemptSchema, keyOf(workload)),
    async record(workload, attempt) {
      await catalog.put(keyOf(workload), { ...attempt });
    },
  };
}
