import { PredictRequestSchema } from '#contracts/http/predict.ts';
import { DomainError, isDomainError } from '#core/errors.ts';
import { type EpochMs, floorTo } from '#core/time.ts';
import { parseWorkloadKey, type WorkloadKey } from '#core/workload.ts';
import { issuedFrom } from '../issued-forecasts.ts';
import { REFRESH } from '../serving/forecast-reasons.ts';
import { predict } from '../serving/predict.ts';
import { sha256Hex } from '../sha256.ts';
import type { Attempt, AttemptLog } from '../training/attempts.ts';
import { isDue } from '../training/due.ts';
import { newRunId } from '../training/run-id.ts';
import { type StartTrainingDeps, startTraining } from '../training/start-training.ts';
import { type LiveLearningDeps, learnFromLive } from './learn-from-live.ts';

/** Steps of a forecast that is kept: a day on the default grid. */
const ISSUED_PERIODS = 288;

export interface ScoreDeps extends LiveLearningDeps {
  readonly attempts: AttemptLog;
  readonly training: StartTrainingDeps;
}

export interface ScoreOutcome {
  readonly issued: readonly string[];
  readonly notYet: readonly { readonly metric: string; readonly code: string }[];
  /** Metrics whose bands were moved by what became of earlier forecasts. */
  readonly recalibrated: readonly string[];
  readonly trainingRun: string | null;
}

/**
 * Brings one workload up to date: moves the bands by what became of its forecasts, conditions its
 * champions on the newest observations and keeps the forecasts as issued (at most one a metric and
 * refresh), and starts a training when one is due.
 */
export async function score(deps: ScoreDeps, key: WorkloadKey): Promise<ScoreOutcome> {
  const id = parseWorkloadKey(key);
  const workload = await deps.directory.get(id);
  if (!workload) throw new DomainError('NOT_FOUND', `workload ${key} is not known`);
  const now = deps.clock.now();
  let recalibrated: readonly string[] | undefined;
  const issued: string[] = [];
  const notYet: { metric: string; code: string }[] = [];
  for (const metric of workload.metrics.keys()) {
    const subject = { workload: key, metric };
    const [latest] = await deps.issued.list(subject, 1);
    if (latest && now - Date.parse(latest.issued_at) < REFRESH) continue;
    // Only where something is refreshed: it reads days of observations, and scoring comes every few minutes.
    recalibrated ??= await learnFromLive(deps, workload, now);
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
  const attempt = await deps.attempts.get(key);
  const trainingRun = isDue(workload, attempt, now)
    ? await trainOne(deps, key, attempt, now)
    : null;
  return { issued, notYet, recalibrated: recalibrated ?? [], trainingRun };
}

/**
 * One run per workload, earlier attempt and refresh. The id says so, and makes a second start of the
 * same training none: messages come twice, and a run may wait longer than the next message does.
 */
async function trainOne(
  deps: ScoreDeps,
  key: WorkloadKey,
  last: Attempt | undefined,
  now: EpochMs,
): Promise<string> {
  const suffix = (await sha256Hex(`${key}|${last?.at ?? 'never'}`)).slice(0, 12);
  const runId = newRunId(floorTo(now, REFRESH), suffix);
  const { run } = await startTraining(deps.training, 'due', {
    ...parseWorkloadKey(key),
    run_id: runId,
  });
  return run.run_id;
}
