import type { ScheduleEvent, WorkMessage } from '#contracts/events.ts';
import { HEARTBEAT_KEY } from '#core/simulate/heartbeat.ts';
import { addMs, type Clock, DAY, type EpochMs, toIso } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';
import { type CollectionRounds, roundOf } from '../collection/collection-rounds.ts';
import type { WorkQueue } from '../ports/work-queue.ts';
import { sourcesOf, type Workload, type WorkloadDirectory } from '../workload-directory.ts';

export interface DispatchDeps {
  readonly directory: WorkloadDirectory;
  readonly queue: WorkQueue;
  readonly clock: Clock;
  /** Workloads that Helios reads by itself in every round; `collect` hands them on to `score`. */
  readonly collected: readonly WorkloadKey[];
  /** Sources that are read as a whole; `collect` hands their workloads on to `score`. */
  readonly sources?: readonly string[];
  /** Those that are read from CloudWatch, each series as often as the budget allows. */
  readonly rounds?: CollectionRounds;
}

/**
 * Deals the work of a schedule out to the queue, one message a workload: one workload or ten
 * thousand, the same code, and one message a source that is read as a whole. Workloads that are read are collected first and scored after; workloads
 * that agents send are scored right away, as are those of which nothing is read in this round.
 *
 * @returns how many messages were sent
 */
export async function dispatch(deps: DispatchDeps, event: ScheduleEvent): Promise<number> {
  const messages = await messagesFor(event, await deps.directory.list(), deps);
  await deps.queue.send(messages);
  return messages.length;
}

async function messagesFor(
  event: ScheduleEvent,
  known: readonly Workload[],
  deps: DispatchDeps,
): Promise<readonly WorkMessage[]> {
  switch (event.task) {
    case 'collect-and-score': {
      const reads = await readsOf(deps);
      const collected = new Set(reads.map(({ workload }) => workload));
      const swept = new Set(deps.sources);
      return [
        ...[...swept].map((source) => ({ kind: 'sweep' as const, source })),
        ...reads,
        // Also when it is not collected: that is for its check to find.
        ...deps.collected
          .filter((workload) => workload === HEARTBEAT_KEY)
          .map((workload) => ({ kind: 'score' as const, workload })),
        ...known
          .filter(({ key }) => !collected.has(key))
          .filter((workload) => !sourcesOf(workload).some((source) => swept.has(source)))
          .map(({ key }) => ({ kind: 'score' as const, workload: key })),
      ];
    }
    case 'plan-collection':
      await deps.rounds?.plan();
      return [];
    case 'roll-up':
      // The hour before may belong to the day before.
      return rollUps(known, deps.clock.now(), [0, -1]);
    case 'roll-up-again':
      return rollUps(known, deps.clock.now(), [-1, -2]);
    case 'train':
      return [];
  }
}

async function readsOf({ rounds, collected, clock }: DispatchDeps) {
  const round = rounds ? await roundOf(rounds, clock.now()) : [];
  return [
    ...collected.map((workload) => ({ kind: 'collect' as const, workload })),
    ...round
      .filter(({ isDue, workload }) => isDue && !collected.includes(workload))
      .map(({ workload, except }) => ({
        kind: 'collect' as const,
        workload,
        ...(except.length === 0 ? {} : { except: [...except] }),
      })),
  ];
}

function rollUps(
  workloads: readonly Workload[],
  now: EpochMs,
  daysFromToday: readonly number[],
): WorkMessage[] {
  const days = daysFromToday.map((offset) => toIso(addMs(now, DAY, offset)).slice(0, 10));
  return workloads.flatMap(({ key }) =>
    days.map((day) => ({ kind: 'roll-up' as const, workload: key, day })),
  );
}
