import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createTaskHandler } from '#adapters/lambda/task-handler.ts';
import { type RegisterDeps, register } from '#app/training/register.ts';
import { WorkloadItemSchema } from '#contracts/tasks/items.ts';

/** The pipeline's task `register`. */
export function createHandler(deps: RegisterDeps, logger: EventLogger) {
  return createTaskHandler(
    'register',
    WorkloadItemSchema,
    (input) => register(deps, input),
    logger,
  );
}
