import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createTaskHandler } from '#adapters/lambda/task-handler.ts';
import { plan } from '#app/training/plan.ts';
import type { StageDeps } from '#app/training/stage-deps.ts';
import { PlanInputSchema } from '#contracts/tasks/items.ts';

/** The pipeline's task `plan`. */
export function createHandler(deps: StageDeps, logger: EventLogger) {
  return createTaskHandler('plan', PlanInputSchema, (input) => plan(deps, input), logger);
}
