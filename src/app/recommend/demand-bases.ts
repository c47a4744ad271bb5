import * as z from 'zod';
import { ReasonSchema } from '#contracts/http/common.ts';
import { addMs, DAY, epochMs, HOUR } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';
import { readRecord, updateRecord } from '../catalog-records.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';

const DemandBasisSchema = z.strictObject({
  /** What it was learned for: another question needs another basis. */
  question: z.string(),
  /** As `EpochMs`. */
  learned_at: z.number(),
  /** The metric that demand is measured in; null when none can be forecast independently of replicas. */
  metric: z.string().nullable(),
  per_replica: z.number().nullable(),
  idle: z.number(),
  source: z.enum(['configured', 'learned', 'utilization', 'none']),
  fit: z.strictObject({ rows: z.number(), explained: z.number() }).nullable(),
  /** Why it is not another one. */
  reasons: z.array(ReasonSchema),
});

/** What demand is measured in, and what one replica serves of it. */
export type DemandBasis = z.infer<typeof DemandBasisSchema>;

/** Learned from a week of history, so asked once a day. */
export const BASIS_LIFETIME = DAY;
/** What could not be learned may be an hour later. */
export const REFUSAL_LIFETIME = HOUR;

/** Remembers what was learned about the demand of workloads. */
export interface DemandBases {
  get(workload: WorkloadKey): Promise<DemandBasis | undefined>;
  put(workload: WorkloadKey, basis: DemandBasis): Promise<void>;
}

/** The demand bases over the catalog, one record a workload. */
export function createDemandBases(catalog: CatalogStore): DemandBases {
  const keyOf = (workload: WorkloadKey) => ({ partition: 'demand-basis', id: workload });
  return {
    get: (workload) => readRecord(catalog, DemandBasisSchema, keyOf(workload)),
    async put(workload, basis) {
      await updateRecord(
        catalog,
        DemandBasisSchema,
        keyOf(workload),
        (current) => (current && current.learned_at > basis.learned_at ? undefined : basis),
        { expiresAt: addMs(epochMs(basis.learned_at), DAY, 7) },
      );
    },
  };
}
