import { PredictRequestSchema } from '#contracts/http/predict.ts';
import { DomainError, isDomainError } from '#core/errors.ts';
import { parseWorkloadKey, type WorkloadKey } from '#core/workload.ts';
import { type IssuedForecasts, issuedFrom } from '../issued-forecasts.ts';
import { predict, REFRESH } from '../serving/predict.ts';
import type { ServingDeps } from '../serving/serving-deps.ts';
import type { AttemptLog } from '../training/attempts.ts';
import { isDue } from '../training/due.ts';
import { type StartTrainingDeps, startTraining } from '../training/start-training.ts';

/** Steps of a forecast that is kept: a day on the default grid. */
const ISSUED_PERIODS = 288;

export interface ScoreDeps extends ServingDeps {
  readonly issued: IssuedForecasts;
  readonly attempts: AttemptLog;
  readonly training: StartTrainingDeps;
}

export interface ScoreOutcome {
  readonly issued: readonly string[];
  readonly notYet: readonly { readonly metric: string; readonly code: string }[];
  readonly trainingRun: string | null;
}

/**
 * Brings one workload up to date: conditions its champions on the newest observations and keeps the
 * forecasts as issued (at most one a metric and refresh), and starts a training when one is due.
 */
export async function score(deps: ScoreDeps, key: WorkloadKey): Promise<ScoreOutcome> {
  const id = parseWorkloadKey(key);
  const workload = await deps.directory.get(id);
  if (!workload) throw new DomainError('NOT_FOUND', `workload ${key} is not known`);
  const now = deps.clock.now();
  const issued: string[] = [];
  const notYet: { metric: string; code: string }[] = [];
  for (const metric of workload.metrics.keys()) {
    const subject = { workload: key, metric };
    const [latest] = await deps.issued.list(subject, 1);
    if (latest && now - Date.parse(latest.issued_at) < REFRESH) continue;
    try {
      const request = PredictRequestSchema.parse({ ...id, metric, periods: ISSUED_PERIODS });
      const response = await predict(deps, request);
      if (latest?.data_as_of === response.data_as_of) continue;
      await deps.issued.add(subject, issuedFrom(response));
      issued.push(metric);
    } catch (error) {
      if (!isDomainError(error, 'HISTORY_TOO_SHORT', 'STATE_INCOMPATIBLE', 'ARTIFACT_CORRUPT'))
        throw error;
      notYet.push({ metric, code: error.code });
    }
  }
  const trainingRun = isDue(workload, await deps.attempts.get(key), now)
    ? await trainOne(deps, key)
    : null;
  return { issued, notYet, trainingRun };
}

/** One run per workload and refresh: the id makes a second start of the same training none. */
async function trainOne(deps: ScoreDeps, key: WorkloadKey): Promise<string> {
  const { cluster, namespace, deployment, container } = parseWorkloadKey(key);
  const selector = { cluster, namespace, deployment, container };
  const { run } = await startTraining(deps.training, 'due', selector);
  return run.run_id;
}
