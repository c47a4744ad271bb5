import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createSqsWorkQueue } from '#adapters/aws/sqs-work-queue.ts';
import { createLogger } from '#adapters/lambda/logger.ts';
import { openServices } from '#adapters/lambda/open-services.ts';
import { parseEnv } from '#adapters/lambda/parse-env.ts';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { DispatchEnvSchema } from '#contracts/env.ts';
import { workloadId, workloadKey } from '#core/workload.ts';
import { createHandler } from './handler.ts';

const env = parseEnv(DispatchEnvSchema, process.env);
const config = HeliosConfigSchema.parse(JSON.parse(readFileSync(env.CONFIG_PATH, 'utf8')));
const services = await openServices(process.env);
const queue = createSqsWorkQueue({
  client: new SQSClient({ maxAttempts: 4 }),
  collectQueueUrl: env.COLLECT_QUEUE_URL,
  scoreQueueUrl: env.SCORE_QUEUE_URL,
  sleep: async (ms) => sleep(ms),
  random: Math.random,
});
const collected = config.workloads.map((workload) => workloadKey(workloadId(workload)));

export const handler = createHandler({ ...services, queue, collected }, createLogger('dispatch'));
