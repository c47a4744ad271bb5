import * as z from 'zod';
import type { ScalingState } from '#core/recommend/cooldown.ts';
import { addMs, DAY, type EpochMs, epochMs } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';
import { readRecord, updateRecord } from '../catalog-records.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';

/** The longest cooldown is a day; after that a change says nothing any more. */
const LIFETIME_DAYS = 2;

const ScalingStateSchema = z.strictObject({
  action: z.enum(['scale_out', 'scale_in']),
  target: z.number().int(),
  at: z.number(),
  standing: z.boolean(),
});

/** The last changes that were decided, shared by everything that decides: cooldowns depend on them. */
export interface ScalingStates {
  get(workload: WorkloadKey): Promise<ScalingState | undefined>;
  /**
   * Decides anew until nobody has written in between, and keeps what the last decision left.
   * @param next - a pure function of the state; may be called several times
   */
  move(
    workload: WorkloadKey,
    now: EpochMs,
    next: (state: ScalingState | undefined) => ScalingState | undefined,
  ): Promise<void>;
}

/** The scaling states over the catalog, one record a workload. */
export function createScalingStates(catalog: CatalogStore): ScalingStates {
  const keyOf = (workload: WorkloadKey) => ({ partition: 'scaling', id: workload });
  return {
    get: (workload) => readRecord(catalog, ScalingStateSchema, keyOf(workload)),
    async move(workload, now, next) {
      await updateRecord(
        catalog,
        ScalingStateSchema,
        keyOf(workload),
        (current) => {
          const state = next(current);
          return state === current || state === undefined ? undefined : { ...state };
        },
        { expiresAt: addMs(epochMs(now), DAY, LIFETIME_DAYS) },
      );
    },
  };
}
