import * as z from 'zod';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createTaskHandler } from '#adapters/lambda/task-handler.ts';
import { fitBoosting } from '#app/training/fit-boosting.ts';
import { type PoolDeps, trainPools } from '#app/training/train-pools.ts';
import { PoolInputSchema, WorkloadItemSchema } from '#contracts/tasks/items.ts';

const InputSchema = z.union([WorkloadItemSchema, PoolInputSchema]);

/** The pipeline's task `fit-boosting`: the shared models of a run, and one workload's part of them. */
export function createHandler(deps: PoolDeps, logger: EventLogger) {
  return createTaskHandler(
    'fit-boosting',
    InputSchema,
    async (input) => ('workload' in input ? fitBoosting(deps, input) : trainPools(deps, input)),
    logger,
  );
}
