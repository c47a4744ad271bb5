import { setTimeout as sleep } from 'node:timers/promises';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { WorkQueue } from '#app/ports/work-queue.ts';
import { createServices, type Services } from '#app/services.ts';
import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import { WorkEnvSchema } from '#contracts/env.ts';
import { createSqsWorkQueue } from '../aws/sqs-work-queue.ts';
import { openStores } from '../open-stores.ts';
import { systemClock } from '../system-clock.ts';
import { parseEnv } from './parse-env.ts';
import { readConfig } from './read-config.ts';

/** What `dispatch` and `collect` work with: the services, the queues and what is configured. */
export async function openWork(
  env: NodeJS.ProcessEnv,
): Promise<Services & { readonly queue: WorkQueue; readonly config: HeliosConfig }> {
  const parsed = parseEnv(WorkEnvSchema, env);
  const queue = createSqsWorkQueue({
    client: new SQSClient({
      maxAttempts: 4,
      requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 },
    }),
    collectQueueUrl: parsed.COLLECT_QUEUE_URL,
    scoreQueueUrl: parsed.SCORE_QUEUE_URL,
    sleep: async (ms) => sleep(ms),
    random: Math.random,
  });
  const config = readConfig(parsed.CONFIG_PATH);
  const services = createServices(await openStores(parsed), systemClock, config);
  return { ...services, queue, config };
}
