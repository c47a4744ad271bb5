import { createLogger } from '#adapters/lambda/logger.ts';
import { openPipeline } from '#adapters/lambda/open-pipeline.ts';
import { xgboostPool } from '#engines/xgboost/pool.ts';
import { createHandler } from './handler.ts';

const deps = { ...(await openPipeline(process.env)), pooled: xgboostPool };

export const handler = createHandler(deps, createLogger('fit-boosting'));
