import { createLogger } from '#adapters/lambda/logger.ts';
import { openServing } from '#adapters/lambda/open-serving.ts';
import { createHandler } from './handler.ts';

export const handler = createHandler(await openServing(process.env), createLogger('ingest'));
