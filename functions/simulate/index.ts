import { createLogger } from '#adapters/lambda/logger.ts';
import { openServices } from '#adapters/lambda/open-services.ts';
import { createHandler } from './handler.ts';

export const handler = createHandler(await openServices(process.env), createLogger('simulate'));
