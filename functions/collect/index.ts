import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { createLogger } from '#adapters/lambda/logger.ts';
import { openWork } from '#adapters/lambda/open-work.ts';
import { configuredPlans } from '#adapters/sources/configured-plans.ts';
import { createHandler } from './handler.ts';

const work = await openWork(process.env);
const createClient = () =>
  new CloudWatchClient({
    maxAttempts: 5,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000 },
  });
const plans = configuredPlans(work.config, createClient, work.clock);

export const handler = createHandler(
  { ...work, planOf: (workload) => plans.get(workload) },
  createLogger('collect'),
);
