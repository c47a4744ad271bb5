import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createTaskHandler } from '#adapters/lambda/task-handler.ts';
import type { StageDeps } from '#app/training/stage-deps.ts';
import { validate } from '#app/training/validate.ts';
import { WorkloadItemSchema } from '#contracts/tasks/items.ts';

/** The pipeline's task `validate`. */
export function createHandler(deps: StageDeps, logger: EventLogger) {
  return createTaskHandler(
    'validate',
    WorkloadItemSchema,
    (input) => validate(deps, input),
    logger,
  );
}
