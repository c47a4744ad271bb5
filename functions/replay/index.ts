import { randomBytes } from 'node:crypto';
import { SFNClient } from '@aws-sdk/client-sfn';
import { createSfnExecutions } from '#adapters/aws/sfn-executions.ts';
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

export const handler = createHandler(
  { ...services, executions, newSuffix: () => randomBytes(3).toString('hex') },
  createLogger('replay'),
);
