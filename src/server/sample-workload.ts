import * as z from 'zod';
import { simulatorSource } from '#adapters/sources/simulator-source.ts';
import { readRecord } from '#app/catalog-records.ts';
import type { CatalogStore } from '#app/ports/catalog-store.ts';
import type { CollectPlan } from '#app/scheduled/collect.ts';
import { WEBSHOP_METRICS, WEBSHOP_STEP } from '#core/simulate/webshop-parameters.ts';
import { DAY, type EpochMs, epochMs, floorTo } from '#core/time.ts';
import { type WorkloadId, workloadId } from '#core/workload.ts';

/** The simulated web shop that comes with a first start. */
export const SAMPLE_WORKLOAD: WorkloadId = workloadId({
  namespace: 'sample',
  deployment: 'webshop',
});

const SEED = 20_260_101;
const HISTORY_DAYS = 28;
const KEY = { partition: 'local', id: 'sample' };
const AnchorSchema = z.strictObject({ seed: z.number(), start: z.number() });

/**
 * How the sample is read. Its seed and start are kept, so that after a restart the same shop goes on
 * in real time; on the first start it gets four weeks of history.
 */
export async function samplePlan(catalog: CatalogStore, now: EpochMs): Promise<CollectPlan> {
  const first = { seed: SEED, start: floorTo(epochMs(now - HISTORY_DAYS * DAY), WEBSHOP_STEP) };
  await catalog.put(KEY, first, { condition: { ifAbsent: true } });
  const anchor = (await readRecord(catalog, AnchorSchema, KEY)) ?? first;
  const start = epochMs(anchor.start);
  return {
    source: simulatorSource({ seed: anchor.seed, start }),
    metrics: WEBSHOP_METRICS,
    simulated: true,
    gridStep: WEBSHOP_STEP,
    since: start,
  };
}
