import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createQueueHandler } from '#adapters/lambda/queue-handler.ts';
import { type ScoreHeartbeatDeps, scoreHeartbeat } from '#app/heartbeat/score-heartbeat.ts';
import { type ScoreOutcome, score } from '#app/scheduled/score.ts';
import { HEARTBEAT_KEY } from '#core/simulate/heartbeat.ts';
import { DEFAULT_STEP, type DurationMs } from '#core/time.ts';

/** Brings workloads up to date: incidents, forecasts as issued, trainings that are due. */
export function createHandler(
  // A round of the schedule is five minutes unless it is configured.
  { cycle = DEFAULT_STEP, ...deps }: ScoreHeartbeatDeps & { readonly cycle?: DurationMs },
  logger: EventLogger,
) {
  return createQueueHandler(async (message) => {
    if (message.workload === HEARTBEAT_KEY) {
      const { verdict } = await scoreHeartbeat(deps, cycle);
      if (verdict.state === 'failing') logger.error('heartbeat failing', { ...verdict });
      return { heartbeat: verdict.state, stage: verdict.stage };
    }
    const outcome = await score(deps, message.workload);
    tell(outcome, message.workload, logger);
    const { anomalies, drifted, ...refreshed } = outcome;
    const { rows, score: highest, undetected } = anomalies;
    return { ...refreshed, rows, score: highest, undetected };
  }, logger);
}

/** Each incident is told when it opens and when it closes, each drift when it is found. */
function tell({ anomalies, drifted }: ScoreOutcome, workload: string, logger: EventLogger): void {
  for (const { kind, incident } of anomalies.news) {
    const { id, severity, start, end, message, detectors, feedback } = incident;
    const metrics = incident.metrics.map(({ metric }) => metric);
    const facts = { workload, id, severity, start, metrics, detectors, message };
    const isExpected = feedback?.label === 'expected';
    if (kind === 'opened') logger.info('incident opened', { ...facts, isExpected });
    else logger.info('incident closed', { ...facts, end, because: incident.ended_because });
  }
  for (const model of drifted) logger.info('model drifted', { workload, ...model });
}
