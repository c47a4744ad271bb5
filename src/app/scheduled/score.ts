import { DomainError } from '#core/errors.ts';
import { type EpochMs, floorTo } from '#core/time.ts';
import { parseWorkloadKey, type WorkloadKey } from '#core/workload.ts';
import type { GradeLog } from '../grades/grade-log.ts';
import { regradeLive } from '../grades/regrade-live.ts';
import type { LastScores } from '../last-scores.ts';
import type { MetricsSink } from '../ports/metrics-sink.ts';
import type { PublishDeps } from '../recommend/recommend-deps.ts';
import { type PublishOutcome, tryPublish } from '../recommend/try-publish.ts';
import { REFRESH } from '../serving/forecast-reasons.ts';
import { sha256Hex } from '../sha256.ts';
import type { Attempt, AttemptLog } from '../training/attempts.ts';
import { isDue } from '../training/due.ts';
import { newRunId } from '../training/run-id.ts';
import { type StartTrainingDeps, startTraining } from '../training/start-training.ts';
import type { Workload } from '../workload-directory.ts';
import { scoredNow, type WriteBack, type WriteBackOutcome } from '../write-back/write-back.ts';
import type { LiveResult } from './learn-from-live.ts';
import { type DriftDeps, type DriftedModel, lookForDrift } from './look-for-drift.ts';
import { measuresOf } from './measures-of.ts';
import { publishedMeasures } from './published-measures.ts';
import { type RefreshDeps, type RefreshOutcome, refreshForecasts } from './refresh-forecasts.ts';
import { type AnomalyDeps, type AnomalyOutcome, scoreAnomalies } from './score-anomalies.ts';

export interface ScoreDeps extends RefreshDeps, AnomalyDeps, DriftDeps, PublishDeps {
  readonly attempts: AttemptLog;
  readonly grades: GradeLog;
  readonly lastScores: LastScores;
  readonly training: StartTrainingDeps;
  readonly metrics: MetricsSink;
  /** Where results are written to for others, if anywhere. */
  readonly writeBack?: WriteBack | undefined;
}

export interface ScoreOutcome extends Omit<RefreshOutcome, 'live'> {
  readonly anomalies: AnomalyOutcome;
  /** Champions found to err more, or less, than they were measured to. */
  readonly drifted: readonly DriftedModel[];
  readonly trainingRun: string | null;
  readonly recommended: PublishOutcome;
  readonly writtenBack?: WriteBackOutcome;
}

/**
 * Brings one workload up to date: scores what is new and keeps its incidents, refreshes its forecasts
 * and keeps them as issued, judges earlier ones by what became of them, recommends replicas, and
 * starts a training when one is due or a champion has drifted.
 *
 * @throws {DomainError} `NOT_FOUND`, `STORE_UNAVAILABLE`, `STATE_INCOMPATIBLE`
 */
export async function score(deps: ScoreDeps, key: WorkloadKey): Promise<ScoreOutcome> {
  const workload = await deps.directory.get(parseWorkloadKey(key));
  if (!workload) throw new DomainError('NOT_FOUND', `workload ${key} is not known`);
  const now = deps.clock.now();
  const anomalies = await scoreAnomalies(deps, workload, now);
  const { live, ...refreshed } = await refreshForecasts(deps, workload, now);
  const { drifted, trainingRun } = await train(deps, workload, live, now);
  await regradeLive(deps, workload, live, now);
  await deps.lastScores.note(workload.key, now, { anomaly: anomalies.score, skills: live });
  const recommended = await tryPublish(deps, workload);
  const published = await publishedMeasures(deps, workload, now);
  deps.metrics.emit(measuresOf(workload, { anomalies, live, published, now }));
  // Last, and without a say: a receiver that is down must not hold scoring up.
  const writtenBack = await deps.writeBack?.(scoredNow(workload, anomalies, live, now), now);
  return {
    ...refreshed,
    anomalies,
    drifted,
    trainingRun,
    recommended,
    ...(writtenBack && { writtenBack }),
  };
}

/** Starts what is due, or else what drift asks for. */
async function train(
  deps: ScoreDeps,
  workload: Workload,
  live: readonly LiveResult[],
  now: EpochMs,
): Promise<Pick<ScoreOutcome, 'drifted' | 'trainingRun'>> {
  const attempt = await deps.attempts.get(workload.key);
  const look = live.length > 0 ? await lookForDrift(deps, workload, live, now) : undefined;
  let trainingRun: string | null = null;
  if (isDue(workload, attempt, now)) {
    trainingRun = await trainOne(deps, workload.key, { trigger: 'due', last: attempt, now });
  } else if (look?.shouldTrain) {
    trainingRun = await trainOne(deps, workload.key, { trigger: 'drift', last: attempt, now });
  }
  await look?.keep(trainingRun !== null);
  return { drifted: look?.found ?? [], trainingRun };
}

/**
 * One run per workload, earlier attempt and refresh. The id says so, and makes a second start of the
 * same training none: messages come twice, and a run may wait longer than the next message does.
 */
async function trainOne(
  deps: ScoreDeps,
  key: WorkloadKey,
  options: {
    readonly trigger: 'due' | 'drift';
    readonly last: Attempt | undefined;
    readonly now: EpochMs;
  },
): Promise<string> {
  const { trigger, last, now } = options;
  const suffix = (await sha256Hex(`${key}|${last?.at ?? 'never'}`)).slice(0, 12);
  const runId = newRunId(floorTo(now, REFRESH), suffix);
  const { run } = await startTraining(deps.training, trigger, {
    ...parseWorkloadKey(key),
    run_id: runId,
  });
  return run.run_id;
}
