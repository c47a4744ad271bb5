import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { createAutoScaling } from '#adapters/aws/auto-scaling.ts';
import { createLogger } from '#adapters/lambda/logger.ts';
import { openServices } from '#adapters/lambda/open-services.ts';
import { parseEnv } from '#adapters/lambda/parse-env.ts';
import { readConfig } from '#adapters/lambda/read-config.ts';
import { ActuateEnvSchema } from '#contracts/env.ts';
import { createHandler } from './handler.ts';

const { CONFIG_PATH } = parseEnv(ActuateEnvSchema, process.env);
const services = await openServices(process.env);

export const handler = createHandler(
  {
    ...services,
    config: readConfig(CONFIG_PATH).actuation,
    targets: createAutoScaling(new ApplicationAutoScalingClient({ maxAttempts: 5 })),
  },
  createLogger('actuate'),
);
