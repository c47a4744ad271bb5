import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createQueueHandler } from '#adapters/lambda/queue-handler.ts';
import { type ScoreDeps, score } from '#app/scheduled/score.ts';

/** Brings workloads up to date: forecasts as issued, trainings that are due. */
export function createHandler(deps: ScoreDeps, logger: EventLogger) {
  return createQueueHandler(
    async (message) => ({ ...(await score(deps, message.workload)) }),
    logger,
  );
}
