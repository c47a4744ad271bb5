import { createLogger } from '#adapters/lambda/logger.ts';
import { openPipeline } from '#adapters/lambda/open-pipeline.ts';
import { createHandler } from './handler.ts';

export const handler = createHandler(
  await openPipeline(process.env),
  createLogger('fit-statistical'),
);
