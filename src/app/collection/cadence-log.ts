import * as z from 'zod';
import { SERIES_VALUES } from '#core/collect/cadence.ts';
import { type EpochMs, epochMs } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';
import { parseRecord, readRecord } from '../catalog-records.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';

const LOWERED = 'lowered-series';
const PLANS = 'collection-plan';
const CURRENT = { partition: PLANS, id: 'current' };

const LoweredSchema = z.strictObject({
  /** Whether some series of the workload are read as often as they should be. */
  others: z.boolean(),
  /** By metric: from one read to the next in milliseconds, null for none before the month is over. */
  series: z.record(
    z.string(),
    z.strictObject({
      interval_ms: z.number().int().positive(),
      lowered_ms: z.number().int().positive().nullable(),
      value: z.enum(SERIES_VALUES),
    }),
  ),
});
export type LoweredWorkload = z.infer<typeof LoweredSchema>;

const SummarySchema = z.strictObject({
  at_ms: z.number(),
  month: z.string(),
  workloads: z.number().int(),
  series: z.number().int(),
  /** Metrics the plan requests from then to the end of the month, and those it would without a budget. */
  planned: z.number().int(),
  wanted: z.number().int(),
});
type Summary = z.infer<typeof SummarySchema>;

/** How often series are read at present. Series that are not lowered are not in it. */
export interface CadenceLog {
  summary(): Promise<(Omit<Summary, 'at_ms'> & { readonly at: EpochMs }) | undefined>;
  lowered(): Promise<ReadonlyMap<WorkloadKey, LoweredWorkload>>;
  /** Replaces the plan. A crash in between leaves old and new cadences mixed until the next plan. */
  replace(
    summary: Omit<Summary, 'at_ms'> & { readonly at: EpochMs },
    lowered: ReadonlyMap<WorkloadKey, LoweredWorkload>,
  ): Promise<void>;
}

export function createCadenceLog(catalog: CatalogStore): CadenceLog {
  const read = async () => {
    const records = await catalog.list(LOWERED);
    return new Map(records.map((record) => [record.id, parseRecord(LoweredSchema, record)]));
  };
  return {
    lowered: read,
    async summary() {
      const stored = await readRecord(catalog, SummarySchema, CURRENT);
      if (stored === undefined) return undefined;
      const { at_ms, ...rest } = stored;
      return { ...rest, at: epochMs(at_ms) };
    },
    async replace({ at, ...summary }, lowered) {
      const before = await read();
      for (const [id, workload] of lowered) {
        if (JSON.stringify(before.get(id)) === JSON.stringify(workload)) continue;
        await catalog.put({ partition: LOWERED, id }, workload);
      }
      for (const id of before.keys()) {
        if (!lowered.has(id)) await catalog.delete({ partition: LOWERED, id });
      }
      await catalog.put(CURRENT, { ...summary, at_ms: at });
    },
  };
}
