import * as z from 'zod';
import { simulatorSource } from '#adapters/sources/simulator-source.ts';
import { readRecord } from '#app/catalog-records.ts';
import type { CatalogStore } from '#app/ports/catalog-store.ts';
import type { WorkQueue } from '#app/ports/work-queue.ts';
import { type CollectPlan, collect } from '#app/scheduled/collect.ts';
import type { Services } from '#app/services.ts';
import type { ScalingEntry } from '#contracts/config/scaling.ts';
import { formatCpu, formatMemory } from '#core/recommend/quantities.ts';
import {
  SAMPLE_PARAMETERS,
  WEBSHOP_METRICS,
  WEBSHOP_STEP,
} from '#core/simulate/webshop-parameters.ts';
import { DAY, type EpochMs, epochMs, floorTo } from '#core/time.ts';
import { type WorkloadId, workloadId, workloadKey } from '#core/workload.ts';

/** The simulated web shop that comes with a first start. */
export const SAMPLE_WORKLOAD: WorkloadId = workloadId({
  namespace: 'sample',
  deployment: 'webshop',
});

/**
 * What the simulated shop runs on: it was simulated so. Utilisation is the share of a replica's cores.
 * A configuration may say otherwise.
 */
export const SAMPLE_SCALING: ScalingEntry = {
  ...SAMPLE_WORKLOAD,
  replicas: SAMPLE_PARAMETERS.servers.replicas,
  resources: {
    cpu_request: formatCpu(SAMPLE_PARAMETERS.servers.coresPerReplica),
    memory_limit: formatMemory(SAMPLE_PARAMETERS.servers.memoryLimitBytes),
  },
};

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

/**
 * Fills the sample's history in, then has it scored, which trains it. Interrupted, it goes on where
 * it was.
 */
export async function introduceSample(options: {
  readonly services: Services;
  readonly plans: ReadonlyMap<string, CollectPlan>;
  readonly queue: WorkQueue;
  readonly onProgress: (message: string) => void;
}): Promise<void> {
  const { services, plans, queue, onProgress } = options;
  const key = workloadKey(SAMPLE_WORKLOAD);
  const plan = plans.get(key);
  if (!plan) return;
  const isNew = (await services.directory.get(SAMPLE_WORKLOAD)) === undefined;
  if (isNew) onProgress('simulating four weeks of a web shop as sample/webshop');
  const { observations } = await collect(services, key, plan);
  if (isNew) onProgress(`stored ${observations} simulated observations`);
  await queue.send([{ kind: 'score', workload: key }]);
}
