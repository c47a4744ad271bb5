import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createTaskHandler } from '#adapters/lambda/task-handler.ts';
import { fitStatistical, type StatisticalDeps } from '#app/training/fit-statistical.ts';
import { WorkloadItemSchema } from '#contracts/tasks/items.ts';

/** The pipeline's task `fit-statistical`. */
export function createHandler(deps: StatisticalDeps, logger: EventLogger) {
  return createTaskHandler(
    'fit-statistical',
    WorkloadItemSchema,
    (input) => fitStatistical(deps, input),
    logger,
  );
}
