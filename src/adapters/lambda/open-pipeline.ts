import { CODE_VERSION, createServices, type Services } from '#app/services.ts';
import type { StageDeps } from '#app/training/stage-deps.ts';
import { PipelineEnvSchema } from '#contracts/env.ts';
import { openStores } from '../open-stores.ts';
import { systemClock } from '../system-clock.ts';
import { parseEnv } from './parse-env.ts';

/** What the tasks of the training pipeline work with, from a function's environment. */
export async function openPipeline(env: NodeJS.ProcessEnv): Promise<Services & StageDeps> {
  const parsed = parseEnv(PipelineEnvSchema, env);
  return {
    ...createServices(await openStores(parsed), systemClock),
    settings: {
      windowDays: parsed.TRAINING_WINDOW_DAYS,
      minimumImprovement: parsed.MINIMUM_IMPROVEMENT,
      codeVersion: CODE_VERSION,
    },
  };
}
