import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createTaskHandler } from '#adapters/lambda/task-handler.ts';
import { type DetectorDeps, fitDetectors } from '#app/training/fit-detectors.ts';
import { WorkloadItemSchema } from '#contracts/tasks/items.ts';

/** The pipeline's task `fit-detectors`. */
export function createHandler(deps: DetectorDeps, logger: EventLogger) {
  return createTaskHandler(
    'fit-detectors',
    WorkloadItemSchema,
    (input, remainingMs) => fitDetectors(deps, input, remainingMs),
    logger,
  );
}
