import type { DurationMs, EpochMs } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';
import type { CadenceLog } from './cadence-log.ts';
import { dueOf } from './due.ts';
import { monthName } from './metrics-ledger.ts';
import type { CollectionPlan } from './plan-collection.ts';
import type { Watched } from './watched.ts';

/** What the rounds of collection need to know of workloads that are read from CloudWatch. */
export interface CollectionRounds {
  readonly watched: Watched;
  readonly cadences: CadenceLog;
  readonly every: DurationMs;
  /** Looks for workloads where that is configured, and plans how often each series is read. */
  plan(): Promise<CollectionPlan>;
}

/** What of one workload a round reads. */
export interface RoundWork {
  readonly workload: WorkloadKey;
  /** Whether anything of it is read. */
  readonly isDue: boolean;
  /** Metrics that are not. */
  readonly except: readonly string[];
}

/** What this round reads. The first round of a month plans first: the budget is a new one. */
export async function roundOf(
  rounds: CollectionRounds,
  now: EpochMs,
): Promise<readonly RoundWork[]> {
  const watched = await rounds.watched.list();
  if (watched.length === 0) return [];
  const planned = await rounds.cadences.summary();
  if (planned?.month !== monthName(now)) await rounds.plan();
  const lowered = await rounds.cadences.lowered();
  return watched.map(({ key }) => ({
    workload: key,
    ...dueOf(key, lowered.get(key), now, rounds.every),
  }));
}
