import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createTaskHandler } from '#adapters/lambda/task-handler.ts';
import { type FinishDeps, finish } from '#app/training/finish.ts';
import { FinishInputSchema } from '#contracts/tasks/items.ts';

/** The pipeline's last task: closes a workload that failed, or the run. */
export function createHandler(deps: FinishDeps, logger: EventLogger) {
  return createTaskHandler('finish', FinishInputSchema, (input) => finish(deps, input), logger);
}
