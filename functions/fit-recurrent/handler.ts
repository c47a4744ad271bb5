import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createTaskHandler } from '#adapters/lambda/task-handler.ts';
import { fitRecurrent, type RecurrentDeps } from '#app/training/fit-recurrent.ts';
import { WorkloadItemSchema } from '#contracts/tasks/items.ts';

/** The pipeline's task `fit-recurrent`. */
export function createHandler(deps: RecurrentDeps, logger: EventLogger) {
  return createTaskHandler(
    'fit-recurrent',
    WorkloadItemSchema,
    (input, remainingMs) => fitRecurrent(deps, input, remainingMs),
    logger,
  );
}
