import type { DurationMs, EpochMs } from '#core/time.ts';
import type { WorkloadId } from '#core/workload.ts';
import type { Observation, TimeRange } from './observation-store.ts';

export interface CollectRequest {
  readonly workload: WorkloadId;
  /** The metrics wanted. Empty: all that the source has for this workload. */
  readonly metrics: readonly string[];
  readonly range: TimeRange;
}

/** What a source delivered: observations on its own step, and which metrics are running totals. */
export interface Collected {
  readonly step: DurationMs;
  readonly observations: readonly Observation[];
  /** Metrics whose values only grow until reset; they become rates on reading. */
  readonly counters: readonly string[];
  /** When new versions went live within the range, where the source knows. */
  readonly deployments?: readonly EpochMs[];
  /** What could not be delivered, and why: never silently less. */
  readonly problems: readonly { readonly metric: string; readonly reason: string }[];
}

/** Where metrics come from: CloudWatch, this machine, the simulator. */
export interface MetricSource {
  readonly name: string;
  /** @throws {DomainError} `SOURCE_UNAVAILABLE`, `THROTTLED` */
  collect(request: CollectRequest): Promise<Collected>;
}
