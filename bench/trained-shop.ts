import { createArtifactStore } from '#adapters/artifact-store.ts';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createMemoryObjectStore } from '#adapters/local/memory-object-store.ts';
import { createMemoryObservationStore } from '#adapters/local/memory-observation-store.ts';
import { simulatorSource } from '#adapters/sources/simulator-source.ts';
import { collect } from '#app/scheduled/collect.ts';
import { createServices, type Services } from '#app/services.ts';
import { engineer } from '#app/training/engineer.ts';
import { evaluate } from '#app/training/evaluate.ts';
import { fitStatistical } from '#app/training/fit-statistical.ts';
import { plan } from '#app/training/plan.ts';
import { register } from '#app/training/register.ts';
import { validate } from '#app/training/validate.ts';
import { CODE_VERSION } from '#contracts/code-version.ts';
import { WEBSHOP_STEP } from '#core/simulate/webshop-parameters.ts';
import { type EpochMs, epochMs } from '#core/time.ts';
import { workloadId, workloadKey } from '#core/workload.ts';
import { prophetFromOptions } from '#engines/prophet/from-options.ts';

/** When the history of the shop begins. */
export const SHOP_START: EpochMs = epochMs(Date.UTC(2026, 0, 5));
/** The simulated web shop of the benchmarks. */
export const SHOP = workloadId({ namespace: 'sample', deployment: 'webshop' });

/** Services over stores in memory that hold the shop's history up to `now` and models of these metrics. */
export async function trainedShop(now: EpochMs, metrics: readonly string[]): Promise<Services> {
  const objects = createMemoryObjectStore();
  const stores = {
    observations: createMemoryObservationStore(),
    catalog: createMemoryCatalogStore(),
    objects,
    artifacts: createArtifactStore(objects),
  };
  const services = createServices(stores, { now: () => now });
  await collect(services, workloadKey(SHOP), {
    source: simulatorSource({ seed: 1, start: SHOP_START }),
    metrics,
    simulated: true,
    gridStep: WEBSHOP_STEP,
    since: SHOP_START,
  });
  const settings = {
    windowDays: 28,
    minimumImprovement: 0.05,
    recurrentNightly: false,
    codeVersion: CODE_VERSION,
  };
  const deps = { ...services, settings, prophet: prophetFromOptions };
  await plan(deps, {
    run_id: 'bench',
    request: { trigger: 'request', request: { metrics: [...metrics] } },
  });
  let item = await validate(deps, { run_id: 'bench', workload: workloadKey(SHOP) });
  for (const stage of [engineer, fitStatistical, evaluate, register]) {
    item = await stage(deps, item);
  }
  return services;
}
