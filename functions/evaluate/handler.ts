import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createTaskHandler } from '#adapters/lambda/task-handler.ts';
import { evaluate } from '#app/training/evaluate.ts';
import type { StageDeps } from '#app/training/stage-deps.ts';
import { WorkloadItemSchema } from '#contracts/tasks/items.ts';

/** The pipeline's task `evaluate`. */
export function createHandler(deps: StageDeps, logger: EventLogger) {
  return createTaskHandler(
    'evaluate',
    WorkloadItemSchema,
    (input) => evaluate(deps, input),
    logger,
  );
}
