import type { HeliosConfig } from '#contracts/config/helios-config.ts';

/** The variables of `PipelineEnvSchema` that every task of the pipeline has. */
export function trainingEnvironment({ training }: HeliosConfig): Readonly<Record<string, string>> {
  return {
    TRAINING_WINDOW_DAYS: String(training.window_days),
    MINIMUM_IMPROVEMENT: String(training.minimum_improvement),
    RECURRENT_NIGHTLY: String(training.recurrent === 'nightly'),
  };
}
