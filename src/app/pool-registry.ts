import * as z from 'zod';
import { PoolRefSchema } from '#contracts/artifacts/stage-outputs.ts';
import type { DurationMs } from '#core/time.ts';
import { readRecord } from './catalog-records.ts';
import type { CatalogStore } from './ports/catalog-store.ts';

const PoolRecordSchema = z.strictObject({
  ...PoolRefSchema.shape,
  kind: z.string(),
  step_ms: z.number().int().positive(),
  /** When it was trained. */
  at: z.number(),
  /** The newest value it has learned from. */
  trained_until: z.number(),
  /** Series it has learned from. */
  series: z.number().int(),
  fit_ms: z.number(),
});

/** A model that many workloads share, with where it came from. */
export type PoolRecord = z.infer<typeof PoolRecordSchema>;

/** Which pool is the current one for a kind of model and a grid. */
export interface PoolRegistry {
  current(kind: string, step: DurationMs): Promise<PoolRecord | undefined>;
  publish(pool: PoolRecord): Promise<void>;
}

export function createPoolRegistry(catalog: CatalogStore): PoolRegistry {
  const keyOf = (kind: string, step: number) => ({ partition: 'pools', id: `${kind}#${step}` });
  return {
    current: (kind, step) => readRecord(catalog, PoolRecordSchema, keyOf(kind, step)),
    async publish(pool) {
      await catalog.put(keyOf(pool.kind, pool.step_ms), pool);
    },
  };
}
