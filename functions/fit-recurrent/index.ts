import { createLogger } from '#adapters/lambda/logger.ts';
import { openPipeline } from '#adapters/lambda/open-pipeline.ts';
import { parseEnv } from '#adapters/lambda/parse-env.ts';
import { PipelineEnvSchema } from '#contracts/env.ts';
import { requireNativeTensorFlow } from '#engines/lstm/load-tensorflow.ts';
import { recurrentTrainer } from '#engines/lstm/recurrent-trainer.ts';
import { createHandler } from './handler.ts';

const { NATIVE_TRAINER: isNative } = parseEnv(PipelineEnvSchema, process.env);
if (isNative) requireNativeTensorFlow();

const recurrent = recurrentTrainer(isNative ? 'tensorflow' : 'built-in');
const deps = { ...(await openPipeline(process.env)), recurrent };

export const handler = createHandler(deps, createLogger('fit-recurrent'));
