import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createQueueBatchHandler, type WorkOutcome } from '#adapters/lambda/queue-batch-handler.ts';
import type { WorkQueue } from '#app/ports/work-queue.ts';
import { type CollectDeps, type CollectPlan, collectAll } from '#app/scheduled/collect.ts';
import { rollUp } from '#app/scheduled/roll-up.ts';
import type { WorkMessage } from '#contracts/events.ts';
import { DomainError } from '#core/errors.ts';
import { epochMs } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';

export interface CollectHandlerDeps extends CollectDeps {
  readonly queue: WorkQueue;
  /** Where a workload is read from, undefined when it is not configured. */
  readonly planOf: (
    workload: WorkloadKey,
  ) => CollectPlan | undefined | Promise<CollectPlan | undefined>;
}

/** Reads the workloads of a batch together and hands them on to `score`; rolls days up. */
export function createHandler(deps: CollectHandlerDeps, logger: EventLogger) {
  return createQueueBatchHandler(async (messages) => {
    const outcomes = new Map<WorkMessage, WorkOutcome>();
    for (const message of messages) {
      if (message.kind === 'roll-up') outcomes.set(message, await rolledUp(deps, message));
    }
    for (const [message, outcome] of await collected(deps, messages)) {
      outcomes.set(message, outcome);
    }
    return messages.map((message) => outcomes.get(message) ?? notConfigured(message.workload));
  }, logger);
}

async function collected(
  deps: CollectHandlerDeps,
  messages: readonly WorkMessage[],
): Promise<readonly (readonly [WorkMessage, WorkOutcome])[]> {
  const planned = await Promise.all(
    messages
      .filter((message) => message.kind !== 'roll-up')
      .map(async (message) => ({ message, plan: await deps.planOf(message.workload) })),
  );
  const jobs = planned.flatMap(({ message, plan }) => {
    const except = message.kind === 'collect' ? (message.except ?? []) : [];
    return plan ? [{ message, workload: message.workload, plan, except }] : [];
  });
  const outcomes = await collectAll(deps, jobs);
  const done = jobs.filter((_, i) => !('error' in (outcomes[i] ?? {})));
  await deps.queue.send(done.map(({ workload }) => ({ kind: 'score', workload })));
  return jobs.map(({ message }, i) => [message, { ...outcomes[i] }]);
}

async function rolledUp(
  deps: CollectHandlerDeps,
  { workload, day }: Extract<WorkMessage, { kind: 'roll-up' }>,
): Promise<WorkOutcome> {
  try {
    return { hours: await rollUp(deps, workload, epochMs(Date.parse(`${day}T00:00:00Z`))) };
  } catch (error) {
    return { error };
  }
}

function notConfigured(workload: WorkloadKey): WorkOutcome {
  return { error: new DomainError('NOT_FOUND', `workload ${workload} is not configured`) };
}
