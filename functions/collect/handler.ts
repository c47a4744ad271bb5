import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createQueueBatchHandler, type WorkOutcome } from '#adapters/lambda/queue-batch-handler.ts';
import type { WorkQueue } from '#app/ports/work-queue.ts';
import { type CollectPlan, collectAll } from '#app/scheduled/collect.ts';
import { rollUp } from '#app/scheduled/roll-up.ts';
import { type SweepDeps, type SweepPlan, sweepSource } from '#app/scheduled/sweep.ts';
import type { WorkMessage } from '#contracts/events.ts';
import { DomainError } from '#core/errors.ts';
import { epochMs, toIso } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';

export interface CollectHandlerDeps extends SweepDeps {
  readonly queue: WorkQueue;
  /** Where a workload is read from, undefined when it is not configured. */
  readonly planOf: (
    workload: WorkloadKey,
  ) => CollectPlan | undefined | Promise<CollectPlan | undefined>;
  /** The sources that are read as a whole. */
  readonly sweepPlans: readonly SweepPlan[];
}

/** Reads the workloads of a batch together, and sources as a whole, and hands them on to `score`; rolls days up. */
export function createHandler(deps: CollectHandlerDeps, logger: EventLogger) {
  return createQueueBatchHandler(async (messages) => {
    const outcomes = new Map<WorkMessage, WorkOutcome>();
    for (const message of messages) {
      if (message.kind === 'roll-up') outcomes.set(message, await rolledUp(deps, message));
      if (message.kind === 'sweep') outcomes.set(message, await swept(deps, message.source));
    }
    for (const [message, outcome] of await collected(deps, messages)) {
      outcomes.set(message, outcome);
    }
    return messages.map((message) => outcomes.get(message) ?? notConfigured(message));
  }, logger);
}

async function collected(
  deps: CollectHandlerDeps,
  messages: readonly WorkMessage[],
): Promise<readonly (readonly [WorkMessage, WorkOutcome])[]> {
  const planned = await Promise.all(
    messages
      .filter((message) => message.kind === 'collect' || message.kind === 'score')
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

async function swept(deps: CollectHandlerDeps, name: string): Promise<WorkOutcome> {
  const plan = deps.sweepPlans.find((each) => each.name === name);
  if (!plan) return { error: new DomainError('NOT_FOUND', `source ${name} is not configured`) };
  try {
    const { workloads, through, ...outcome } = await sweepSource(deps, plan);
    await deps.queue.send(workloads.map((workload) => ({ kind: 'score', workload })));
    return { ...outcome, workloads: workloads.length, through: toIso(through) };
  } catch (error) {
    return { error };
  }
}

function notConfigured(message: WorkMessage): WorkOutcome {
  const what = message.kind === 'sweep' ? message.source : message.workload;
  return { error: new DomainError('NOT_FOUND', `${what} is not configured`) };
}
