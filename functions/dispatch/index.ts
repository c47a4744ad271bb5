import { openFinder } from '#adapters/aws/open-finder.ts';
import { createLogger } from '#adapters/lambda/logger.ts';
import { openWork } from '#adapters/lambda/open-work.ts';
import { heartbeatPlans } from '#adapters/sources/heartbeat-source.ts';
import { createCollection } from '#app/collection/create-collection.ts';
import { surveyedRounds } from '#app/collection/survey.ts';
import { nameOfSource } from '#contracts/config/swept-sources.ts';
import { workloadId, workloadKey } from '#core/workload.ts';
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
  ...work.config.prometheus.flatMap(({ workloads }) =>
    workloads.map((workload) => workloadKey(workloadId(workload))),
  ),
];

const sources = work.config.sources.map(nameOfSource);

export const handler = createHandler(
  { ...work, collected, sources, rounds },
  createLogger('dispatch'),
);
