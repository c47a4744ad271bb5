import { openFinder } from '#adapters/aws/open-finder.ts';
import { createLogger } from '#adapters/lambda/logger.ts';
import { openWork } from '#adapters/lambda/open-work.ts';
import { heartbeatPlans } from '#adapters/sources/heartbeat-source.ts';
import { prometheusPlans } from '#adapters/sources/prometheus-plans.ts';
import { createCollection } from '#app/collection/create-collection.ts';
import { surveyedRounds } from '#app/collection/survey.ts';
import { createHandler } from './handler.ts';

const work = await openWork(process.env);
const collection = createCollection(work.catalog, work.clock, work.config);
const rounds = surveyedRounds({
  ...work,
  ...collection,
  discovery: work.config.discovery,
  finder: openFinder(work.config, work.clock),
});

const collected = [
  ...heartbeatPlans(work.config.heartbeat).keys(),
  ...prometheusPlans(work.config.prometheus, work.clock, process.env).keys(),
];

export const handler = createHandler({ ...work, collected, rounds }, createLogger('dispatch'));
