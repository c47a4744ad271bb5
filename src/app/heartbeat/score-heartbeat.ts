import { HEARTBEAT_DIMENSIONS } from '#contracts/http/heartbeat.ts';
import { isDomainError } from '#core/errors.ts';
import { HEARTBEAT_KEY, HEARTBEAT_WORKLOAD } from '#core/simulate/heartbeat.ts';
import { addMs, type DurationMs, epochMs } from '#core/time.ts';
import type { MetricsSink } from '../ports/metrics-sink.ts';
import { type ScoreDeps, type ScoreOutcome, score } from '../scheduled/score.ts';
import { checkHeartbeat, type HeartbeatDeps } from './check-heartbeat.ts';
import type { HeartbeatLog, HeartbeatVerdict } from './heartbeat-log.ts';

export interface ScoreHeartbeatDeps extends ScoreDeps, HeartbeatDeps {
  readonly heartbeats: HeartbeatLog;
}

/** What a scoring of the heartbeat did and found; no outcome while nothing was collected yet. */
export interface HeartbeatOutcome {
  readonly outcome: ScoreOutcome | undefined;
  readonly verdict: HeartbeatVerdict;
}

/**
 * Scores the heartbeat as any workload and then checks what became of it. Its one measure is
 * `HeartbeatOk`: 1 when every stage is right and in time. Nobody is told of its incidents, which are
 * injected, or of anything else it measures.
 *
 * @param cycle - time between two rounds of the schedule
 * @throws whatever the scoring threw, after it was told and noted
 */
export async function scoreHeartbeat(
  deps: ScoreHeartbeatDeps,
  cycle: DurationMs,
): Promise<HeartbeatOutcome> {
  const now = deps.clock.now();
  // While the clock was ahead it may have begun in what is the future now: it would be new for so long.
  const since = epochMs(Math.min((await deps.heartbeats.since()) ?? now, now));
  let outcome: ScoreOutcome | undefined;
  let failure: unknown;
  let verdict: HeartbeatVerdict;
  try {
    outcome = await scoreQuietly(deps);
    const undetected = outcome?.anomalies.undetected ?? null;
    verdict =
      undetected === null
        ? await checkHeartbeat(deps, { now, since, cycle })
        : { state: 'failing', stage: 'detect', message: undetected };
  } catch (error) {
    failure = error;
    const message = isDomainError(error)
      ? `${error.code}: ${error.message}`
      : 'an unexpected error';
    verdict = { state: 'failing', stage: 'score', message };
  }
  const values = { HeartbeatOk: [verdict.state === 'failing' ? 0 : 1] };
  deps.metrics.emit({ at: now, dimensions: HEARTBEAT_DIMENSIONS, values });
  await deps.heartbeats.note(now, addMs(now, cycle, 2), verdict);
  if (failure !== undefined) throw failure;
  return { outcome, verdict };
}

/** Undefined while nothing of it was ever collected. */
async function scoreQuietly(deps: ScoreHeartbeatDeps): Promise<ScoreOutcome | undefined> {
  if (!(await deps.directory.get(HEARTBEAT_WORKLOAD))) return undefined;
  const outcome = await score({ ...deps, metrics: UNHEARD }, HEARTBEAT_KEY);
  return { ...outcome, anomalies: { ...outcome.anomalies, news: [] } };
}

const UNHEARD: MetricsSink = { emit: () => {} };
