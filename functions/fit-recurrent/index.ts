import { createLogger } from '#adapters/lambda/logger.ts';
import { openPipeline } from '#adapters/lambda/open-pipeline.ts';
import { recurrentTrainer } from '#engines/lstm/recurrent-trainer.ts';
import { createHandler } from './handler.ts';

const deps = { ...(await openPipeline(process.env)), recurrent: recurrentTrainer() };

export const handler = createHandler(deps, createLogger('fit-recurrent'));
