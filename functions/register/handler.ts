import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createTaskHandler } from '#adapters/lambda/task-handler.ts';
import { register } from '#app/training/register.ts';
import type { StageDeps } from '#app/training/stage-deps.ts';
import { WorkloadItemSchema } from '#contracts/tasks/items.ts';

/** The pipeline's task `register`. */
export function createHandler(deps: StageDeps, logger: EventLogger) {
  return createTaskHandler(
    'register',
    WorkloadItemSchema,
    (input) => register(deps, input),
    logger,
  );
}
