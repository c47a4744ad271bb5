import { createLogger } from '#adapters/lambda/logger.ts';
import { openPipeline } from '#adapters/lambda/open-pipeline.ts';
import { reconstruction } from '#engines/xgboost/reconstruction.ts';
import { createHandler } from './handler.ts';

const deps = { ...(await openPipeline(process.env)), reconstruction: reconstruction() };

export const handler = createHandler(deps, createLogger('fit-detectors'));
