import * as z from 'zod';
import type { ExperimentTracker } from '#app/ports/experiment-tracker.ts';
import type { Fit } from '#contracts/http/fits.ts';
import { DomainError } from '#core/errors.ts';
import { workloadLabel } from '#core/workload.ts';
import { type MlflowApi, MlflowError } from './mlflow-api.ts';

const ExperimentSchema = z.looseObject({
  experiment: z.looseObject({ experiment_id: z.string() }),
});
const CreatedExperimentSchema = z.looseObject({ experiment_id: z.string() });
const RunEntitySchema = z.looseObject({
  info: z.looseObject({ run_id: z.string(), status: z.string() }),
});
const RunSchema = z.looseObject({ run: RunEntitySchema });
/** Without a match the field is left out. */
const RunsSchema = z.looseObject({ runs: z.array(RunEntitySchema).default([]) });
const NothingSchema = z.looseObject({});

/** By this tag a fit is found again, so that recording it twice makes one run. */
const FIT_TAG = 'helios.fit';
/** MLflow refuses longer values of parameters. */
const MAX_VALUE = 500;

/**
 * Records fits in an MLflow tracking server: an experiment a metric (`helios-cpu_utilization`), a run a
 * fit, with its parameters, its errors by horizon, and the data and artifact it belongs to as tags.
 */
export function createMlflowTracker(api: MlflowApi): ExperimentTracker {
  return {
    async record(fits) {
      const experiments = new Map<string, string>();
      try {
        for (const fit of fits) {
          const name = `helios-${fit.metric}`;
          const experiment = experiments.get(name) ?? (await experimentOf(api, name));
          experiments.set(name, experiment);
          await recordOne(api, experiment, fit);
        }
      } catch (error) {
        if (!(error instanceof MlflowError)) throw error;
        const message = `the tracking server refused the runs: ${error.message} (${error.code})`;
        throw new DomainError('TRACKER_UNAVAILABLE', message, { code: error.code }, error);
      }
    },
  };
}

async function experimentOf(api: MlflowApi, name: string): Promise<string> {
  const find = async () =>
    (await api.get('experiments/get-by-name', { experiment_name: name }, ExperimentSchema))
      .experiment.experiment_id;
  try {
    return await find();
  } catch (error) {
    if (!isCode(error, 'RESOURCE_DOES_NOT_EXIST')) throw error;
  }
  try {
    return (await api.post('experiments/create', { name }, CreatedExperimentSchema)).experiment_id;
  } catch (error) {
    // Another training made it in between.
    if (!isCode(error, 'RESOURCE_ALREADY_EXISTS')) throw error;
    return find();
  }
}

async function recordOne(api: MlflowApi, experiment: string, fit: Fit): Promise<void> {
  const finished = Date.parse(fit.finished_at);
  const { run_id, status } = await runOf(api, experiment, fit, finished);
  if (status === 'FINISHED') return;
  await api.post(
    'runs/log-batch',
    { run_id, metrics: metricsOf(fit, finished), params: parametersOf(fit) },
    NothingSchema,
  );
  await api.post('runs/update', { run_id, status: 'FINISHED', end_time: finished }, NothingSchema);
}

type RunInfo = z.infer<typeof RunSchema>['run']['info'];

/** The run of a fit: the one there is, whole or interrupted, or a new one. */
async function runOf(
  api: MlflowApi,
  experiment: string,
  fit: Fit,
  finished: number,
): Promise<RunInfo> {
  const key = `${fit.run_id}/${fit.id}`;
  const search = {
    experiment_ids: [experiment],
    filter: `tags."${FIT_TAG}" = '${key}'`,
    max_results: 1,
  };
  const find = async () => {
    const [run] = (await api.post('runs/search', search, RunsSchema)).runs;
    return run && { run };
  };
  const create = {
    experiment_id: experiment,
    run_name: `${workloadLabel(fit.workload)} ${fit.model}`,
    start_time: finished - Math.round(fit.fit_ms ?? 0),
    tags: tagsOf(fit, key),
  };
  const { run } = (await find()) ?? (await api.post('runs/create', create, RunSchema, find));
  return run.info;
}

function tagsOf(fit: Fit, key: string) {
  const tags: Readonly<Record<string, string>> = {
    [FIT_TAG]: key,
    'helios.run': fit.run_id,
    'helios.workload': workloadLabel(fit.workload),
    'helios.model': fit.model,
    'helios.version': fit.version,
    'helios.serves': String(fit.serves),
    'helios.data_sha256': fit.data_sha256,
    'helios.artifact': fit.artifact.key,
    'helios.artifact_sha256': fit.artifact.sha256,
  };
  return Object.entries(tags).map(([name, value]) => ({ key: name, value }));
}

/** Errors by horizon carry the last step of their bucket as MLflow's step. */
function metricsOf(fit: Fit, timestamp: number) {
  const metric = (key: string, value: number | null, step = 0) =>
    value === null ? [] : [{ key, value, timestamp, step }];
  return [
    ...metric('mae', fit.mae),
    ...metric('skill_vs_naive', fit.skill_vs_naive),
    ...metric('fit_ms', fit.fit_ms),
    ...fit.horizons.flatMap((bucket) => [
      ...metric('horizon_mae', bucket.mae, bucket.to_step),
      ...metric('horizon_rmse', bucket.rmse, bucket.to_step),
      ...metric('horizon_r2', bucket.r2, bucket.to_step),
      ...metric('horizon_skill_vs_naive', bucket.skill_vs_naive, bucket.to_step),
    ]),
  ];
}

function parametersOf(fit: Fit) {
  const parameters: Readonly<Record<string, unknown>> = {
    model: fit.model,
    steps: fit.steps,
    ...fit.parameters,
  };
  return Object.entries(parameters).map(([key, value]) => ({
    key,
    value: (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MAX_VALUE),
  }));
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof MlflowError && error.code === code;
}
