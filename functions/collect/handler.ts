import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createQueueHandler } from '#adapters/lambda/queue-handler.ts';
import type { WorkQueue } from '#app/ports/work-queue.ts';
import { type CollectDeps, type CollectPlan, collect } from '#app/scheduled/collect.ts';
import { rollUp } from '#app/scheduled/roll-up.ts';
import { DomainError } from '#core/errors.ts';
import { epochMs } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';

export interface CollectHandlerDeps extends CollectDeps {
  readonly queue: WorkQueue;
  /** Where a workload is read from, undefined when it is not configured. */
  readonly planOf: (workload: WorkloadKey) => CollectPlan | undefined;
}

/** Reads workloads and hands them on to `score`; rolls days up. */
export function createHandler(deps: CollectHandlerDeps, logger: EventLogger) {
  return createQueueHandler(async (message) => {
    if (message.kind === 'roll-up') {
      const day = epochMs(Date.parse(`${message.day}T00:00:00Z`));
      return { hours: await rollUp(deps, message.workload, day) };
    }
    const plan = deps.planOf(message.workload);
    if (!plan) {
      throw new DomainError('NOT_FOUND', `workload ${message.workload} is not configured`);
    }
    const outcome = await collect(deps, message.workload, plan);
    await deps.queue.send([{ kind: 'score', workload: message.workload }]);
    return { observations: outcome.observations, problems: outcome.problems };
  }, logger);
}
