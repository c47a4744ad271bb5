import { createLogger } from '#adapters/lambda/logger.ts';
import { openPipeline } from '#adapters/lambda/open-pipeline.ts';
import { parseEnv } from '#adapters/lambda/parse-env.ts';
import { PipelineEnvSchema } from '#contracts/env.ts';
import { requireNativeTensorFlow } from '#engines/lstm/load-tensorflow.ts';
import { recurrentTrainer } from '#engines/lstm/recurrent-trainer.ts';
import { createHandler } from './handler.ts';

if (parseEnv(PipelineEnvSchema, process.env).NATIVE_TRAINER) requireNativeTensorFlow();

const deps = { ...(await openPipeline(process.env)), recurrent: recurrentTrainer() };

export const handler = createHandler(deps, createLogger('fit-recurrent'));
