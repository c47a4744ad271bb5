import { createLogger } from '#adapters/lambda/logger.ts';
import { openWork } from '#adapters/lambda/open-work.ts';
import { cloudWatchPlans } from '#adapters/sources/configured-plans.ts';
import { heartbeatPlans } from '#adapters/sources/heartbeat-source.ts';
import { prometheusPlans } from '#adapters/sources/prometheus-plans.ts';
import { createCollection } from '#app/collection/create-collection.ts';
import { createHandler } from './handler.ts';

const work = await openWork(process.env);
const collection = createCollection(work.catalog, work.clock, work.config);
const plans = new Map([
  ...heartbeatPlans(work.config.heartbeat),
  ...prometheusPlans(work.config.prometheus, work.clock, process.env),
]);
const cloudWatch = cloudWatchPlans(work.config, collection, work.clock);

export const handler = createHandler(
  { ...work, planOf: (workload) => plans.get(workload) ?? cloudWatch(workload) },
  createLogger('collect'),
);
