import * as z from 'zod';
import { ArtifactRefSchema } from '#contracts/artifacts/artifact-ref.ts';
import type { WorkloadKey } from '#core/workload.ts';
import { readRecord, updateRecord } from './catalog-records.ts';
import type { CatalogStore } from './ports/catalog-store.ts';

const PointerSchema = z.strictObject({
  /** The beginning of the bundle's SHA-256. */
  version: z.string(),
  artifact: ArtifactRefSchema,
  trained_at: z.iso.datetime(),
  /** The newest time it has learned from, in ms since the epoch. */
  trained_until: z.number(),
  run_id: z.string(),
});

/** The bundle of detectors that serves a workload. */
export type DetectorPointer = z.infer<typeof PointerSchema>;

/** Which bundle of detectors serves each workload. Changing it is one conditional write. */
export interface DetectorRegistry {
  get(workload: WorkloadKey): Promise<DetectorPointer | undefined>;
  /**
   * Lets a bundle serve, unless the one that does has learned from newer data or is the same: of
   * runs that overlap, the one that knows more stands, in whichever order they end.
   *
   * @returns what serves afterwards
   */
  publish(workload: WorkloadKey, pointer: DetectorPointer): Promise<DetectorPointer>;
}

export function createDetectorRegistry(catalog: CatalogStore): DetectorRegistry {
  const keyOf = (workload: WorkloadKey) => ({ partition: 'detectors', id: workload });
  return {
    get: (workload) => readRecord(catalog, PointerSchema, keyOf(workload)),
    async publish(workload, pointer) {
      const stands = (current: DetectorPointer) =>
        current.version === pointer.version || current.trained_until > pointer.trained_until;
      const after = await updateRecord(catalog, PointerSchema, keyOf(workload), (current) =>
        current && stands(current) ? undefined : pointer,
      );
      return after ?? pointer;
    },
  };
}
