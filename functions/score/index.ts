import { randomBytes } from 'node:crypto';
import { SFNClient } from '@aws-sdk/client-sfn';
import { awsSecrets } from '#adapters/aws/aws-secrets.ts';
import { createSfnExecutions } from '#adapters/aws/sfn-executions.ts';
import { emfMetrics } from '#adapters/lambda/emf-metrics.ts';
import { emfPredictions } from '#adapters/lambda/emf-predictions.ts';
import { createLogger } from '#adapters/lambda/logger.ts';
import { openServices } from '#adapters/lambda/open-services.ts';
import { parseEnv } from '#adapters/lambda/parse-env.ts';
import { configuredWriter } from '#adapters/prometheus/configured-writer.ts';
import { createWriteBack } from '#app/write-back/write-back.ts';
import { TrainEnvSchema } from '#contracts/env.ts';
import { durationMs, MINUTE } from '#core/time.ts';
import { createHandler } from './handler.ts';

const env = parseEnv(TrainEnvSchema, process.env);
const services = await openServices(process.env);
const executions = createSfnExecutions({
  client: new SFNClient({ maxAttempts: 4 }),
  stateMachineArn: env.STATE_MACHINE_ARN,
});
const training = { ...services, executions, newSuffix: () => randomBytes(3).toString('hex') };

// Not by console: Lambda may wrap what it logs, and CloudWatch reads metrics from bare lines only.
const writeLine = (line: string) => process.stdout.write(`${line}\n`);
const metrics = emfMetrics(writeLine, {
  measures: services.config.monitoring.measures,
});

const { clock } = services;
const outside = { clock, env: process.env, secrets: awsSecrets(clock) };
const { cloudwatch, prometheus_remote_write } = services.config.write_back;
const writeBack = createWriteBack(
  {
    ...services,
    writer: configuredWriter(prometheus_remote_write, outside),
    ...(cloudwatch.enabled && { predictions: emfPredictions(writeLine) }),
  },
  services.config.write_back,
);

const cycle = durationMs(services.config.schedules.collect_every_minutes * MINUTE);

export const handler = createHandler(
  { ...services, training, metrics, cycle, writeBack },
  createLogger('score'),
);
