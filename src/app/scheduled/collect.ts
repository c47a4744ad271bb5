import { type Clock, DAY, durationMs, type EpochMs, epochMs, MINUTE } from '#core/time.ts';
import { parseWorkloadKey, type WorkloadKey } from '#core/workload.ts';
import type { MarkLog } from '../marks.ts';
import type { MetricSource } from '../ports/metric-source.ts';
import type { ObservationStore } from '../ports/observation-store.ts';
import { seenMetrics, type Workload, type WorkloadDirectory } from '../workload-directory.ts';

/** On the first sight of a workload this much of its past is read. */
const BACKFILL = durationMs(14 * DAY);
/** Points that may still converge at the source are read again. */
const REREAD = durationMs(30 * MINUTE);
/** Observations in one merge: bounds memory on a backfill. */
const CHUNK = 20_000;

export interface CollectDeps {
  readonly observations: ObservationStore;
  readonly directory: WorkloadDirectory;
  readonly marks: MarkLog;
  readonly clock: Clock;
}

/** Where a workload is read from, and how it is introduced when it is new. */
export interface CollectPlan {
  readonly source: MetricSource;
  readonly metrics: readonly string[];
  readonly simulated?: boolean;
  readonly gridStep?: Workload['gridStep'];
  /** Start of the first read; 14 days back unless given. */
  readonly since?: EpochMs;
}

/** What one collection brought. */
export interface CollectOutcome {
  readonly observations: number;
  readonly problems: readonly { readonly metric: string; readonly reason: string }[];
}

/**
 * Reads what a source has of a workload since the last time, the last half hour again, and stores it.
 * Repeating a collection changes nothing.
 * @throws {DomainError} `SOURCE_UNAVAILABLE`, `THROTTLED`, `STORE_UNAVAILABLE`
 */
export async function collect(
  deps: CollectDeps,
  key: WorkloadKey,
  plan: CollectPlan,
): Promise<CollectOutcome> {
  const id = parseWorkloadKey(key);
  const now = deps.clock.now();
  const known = await deps.directory.get(id);
  const first = plan.since ?? epochMs(now - BACKFILL);
  const from = known ? epochMs(known.lastSeen - REREAD) : first;
  const collected = await plan.source.collect({
    workload: id,
    metrics: plan.metrics,
    range: { from, to: now },
  });
  const counters = new Set(collected.counters);
  const observations = collected.observations.map((each) =>
    counters.has(each.metric) ? { ...each, counter: true } : each,
  );
  for (let i = 0; i < observations.length; i += CHUNK) {
    await deps.observations.merge(id, collected.step, observations.slice(i, i + CHUNK), now);
  }
  await deps.marks.add(id, collected.deployments ?? [], now);
  // Last: the next read starts from what is noted here, so nothing may be missing behind it.
  await deps.directory.note(id, {
    source: plan.source.name,
    step: collected.step,
    metrics: seenMetrics(observations),
    ...(plan.simulated === undefined ? {} : { simulated: plan.simulated }),
    ...(plan.gridStep === undefined ? {} : { gridStep: plan.gridStep }),
  });
  return { observations: observations.length, problems: collected.problems };
}
