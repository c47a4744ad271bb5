import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServices, type Services } from '#app/services.ts';
import type { StageDeps } from '#app/training/stage-deps.ts';
import { CODE_VERSION } from '#contracts/code-version.ts';
import { type PipelineEnv, PipelineEnvSchema } from '#contracts/env.ts';
import { createMlflowApi } from '../mlflow/mlflow-api.ts';
import { createMlflowTracker } from '../mlflow/mlflow-tracker.ts';
import { openStores } from '../open-stores.ts';
import { systemClock } from '../system-clock.ts';
import { parseEnv } from './parse-env.ts';
import { readConfig } from './read-config.ts';

/** What the tasks of the training pipeline work with, from a function's environment. */
export async function openPipeline(env: NodeJS.ProcessEnv): Promise<Services & StageDeps> {
  const parsed = parseEnv(PipelineEnvSchema, env);
  return {
    ...createServices(await openStores(parsed), systemClock, {
      events: readConfig(parsed.CONFIG_PATH).events,
    }),
    tracker: trackerOf(parsed),
    settings: {
      windowDays: parsed.TRAINING_WINDOW_DAYS,
      minimumImprovement: parsed.MINIMUM_IMPROVEMENT,
      recurrentNightly: parsed.RECURRENT_NIGHTLY,
      codeVersion: CODE_VERSION,
    },
  };
}

function trackerOf({ MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN_FILE }: PipelineEnv) {
  if (MLFLOW_TRACKING_URI === undefined) return undefined;
  const token =
    MLFLOW_TRACKING_TOKEN_FILE && readFileSync(MLFLOW_TRACKING_TOKEN_FILE, 'utf8').trim();
  const sleepMs = async (ms: number) => sleep(ms);
  return createMlflowTracker(
    createMlflowApi({ trackingUri: MLFLOW_TRACKING_URI, token, fetch, sleep: sleepMs }),
  );
}
