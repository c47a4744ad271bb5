import { createLogger } from '#adapters/lambda/logger.ts';
import { openWork } from '#adapters/lambda/open-work.ts';
import { cloudWatchPlans } from '#adapters/sources/configured-plans.ts';
import { heartbeatPlans } from '#adapters/sources/heartbeat-source.ts';
import { outside } from '#adapters/sources/outside.ts';
import { prometheusPlans } from '#adapters/sources/prometheus-plans.ts';
import { sweepPlans } from '#adapters/sources/sweep-plans.ts';
import { createCollection } from '#app/collection/create-collection.ts';
import { createHandler } from './handler.ts';

const work = await openWork(process.env);
const collection = createCollection(work.catalog, work.clock, work.config);
const world = outside(work.clock, process.env);
const plans = new Map([
  ...heartbeatPlans(work.config.heartbeat),
  ...prometheusPlans(work.config.prometheus, world),
]);
const cloudWatch = cloudWatchPlans(work.config, collection, work.clock);

export const handler = createHandler(
  {
    ...work,
    planOf: (workload) => plans.get(workload) ?? cloudWatch(workload),
    sweepPlans: sweepPlans(work.config.sources, world),
    timeLimit: (ms) => AbortSignal.timeout(ms),
  },
  createLogger('collect'),
);
