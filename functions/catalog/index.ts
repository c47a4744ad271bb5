import { createLogger } from '#adapters/lambda/logger.ts';
import { openServices } from '#adapters/lambda/open-services.ts';
import { CODE_VERSION } from '#app/services.ts';
import { createHandler } from './handler.ts';

const services = await openServices(process.env);

export const handler = createHandler(
  { ...services, startedAt: services.clock.now(), codeVersion: CODE_VERSION },
  createLogger('catalog'),
);
