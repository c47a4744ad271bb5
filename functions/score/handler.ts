import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createQueueHandler } from '#adapters/lambda/queue-handler.ts';
import { type ScoreDeps, type ScoreOutcome, score } from '#app/scheduled/score.ts';

/** Brings workloads up to date: incidents, forecasts as issued, trainings that are due. */
export function createHandler(deps: ScoreDeps, logger: EventLogger) {
  return createQueueHandler(async (message) => {
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
