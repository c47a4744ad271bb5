import { createLogger } from '#adapters/lambda/logger.ts';
import { openPipeline } from '#adapters/lambda/open-pipeline.ts';
import { prophetFromOptions } from '#engines/prophet/from-options.ts';
import { createHandler } from './handler.ts';

const deps = { ...(await openPipeline(process.env)), prophet: prophetFromOptions };

export const handler = createHandler(deps, createLogger('fit-statistical'));
