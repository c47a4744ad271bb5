import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createSqsWorkQueue } from '#adapters/aws/sqs-work-queue.ts';
import { createLogger } from '#adapters/lambda/logger.ts';
import { openServices } from '#adapters/lambda/open-services.ts';
import { parseEnv } from '#adapters/lambda/parse-env.ts';
import { configuredPlans } from '#adapters/sources/configured-plans.ts';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { CollectEnvSchema } from '#contracts/env.ts';
import { createHandler } from './handler.ts';

const env = parseEnv(CollectEnvSchema, process.env);
const config = HeliosConfigSchema.parse(JSON.parse(readFileSync(env.CONFIG_PATH, 'utf8')));
const services = await openServices(process.env);
const queue = createSqsWorkQueue({
  client: new SQSClient({ maxAttempts: 4 }),
  collectQueueUrl: env.COLLECT_QUEUE_URL,
  scoreQueueUrl: env.SCORE_QUEUE_URL,
  sleep: async (ms) => sleep(ms),
  random: Math.random,
});
const plans = configuredPlans(
  config,
  () => new CloudWatchClient({ maxAttempts: 5 }),
  services.clock,
);

export const handler = createHandler(
  { ...services, queue, planOf: (workload) => plans.get(workload) },
  createLogger('collect'),
);
