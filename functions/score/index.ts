import { randomBytes } from 'node:crypto';
import { SFNClient } from '@aws-sdk/client-sfn';
import { createSfnExecutions } from '#adapters/aws/sfn-executions.ts';
import { emfMetrics } from '#adapters/lambda/emf-metrics.ts';
import { createLogger } from '#adapters/lambda/logger.ts';
import { openServices } from '#adapters/lambda/open-services.ts';
import { parseEnv } from '#adapters/lambda/parse-env.ts';
import { TrainEnvSchema } from '#contracts/env.ts';
import { createHandler } from './handler.ts';

const env = parseEnv(TrainEnvSchema, process.env);
const services = await openServices(process.env);
const executions = createSfnExecutions({
  client: new SFNClient({ maxAttempts: 4 }),
  stateMachineArn: env.STATE_MACHINE_ARN,
});
const training = { ...services, executions, newSuffix: () => randomBytes(3).toString('hex') };

// Not by console: Lambda may wrap what it logs, and CloudWatch reads metrics from bare lines only.
const metrics = emfMetrics((line) => process.stdout.write(`${line}\n`));

export const handler = createHandler({ ...services, training, metrics }, createLogger('score'));
