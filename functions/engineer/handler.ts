import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createTaskHandler } from '#adapters/lambda/task-handler.ts';
import { engineer } from '#app/training/engineer.ts';
import type { StageDeps } from '#app/training/stage-deps.ts';
import { WorkloadItemSchema } from '#contracts/tasks/items.ts';

/** The pipeline's task `engineer`. */
export function createHandler(deps: StageDeps, logger: EventLogger) {
  return createTaskHandler(
    'engineer',
    WorkloadItemSchema,
    (input) => engineer(deps, input),
    logger,
  );
}
