import type { DomainError } from '#core/errors.ts';
import type { DurationMs, EpochMs } from '#core/time.ts';
import type { WorkloadId } from '#core/workload.ts';
import type { Observation, TimeRange } from './observation-store.ts';

export interface CollectRequest {
  readonly workload: WorkloadId;
  /** The metrics wanted. Empty: all that the source has for this workload. */
  readonly metrics: readonly string[];
  readonly range: TimeRange;
  /** Where single metrics begin instead, by name. */
  readonly since?: ReadonlyMap<string, EpochMs>;
  /** Aborts when nobody waits any more. */
  readonly signal?: AbortSignal;
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
  /**
   * Up to where each metric was read whole and will not change any more, by name: the next read begins
   * there. A metric that was not read whole is not among them and is asked for again.
   */
  readonly through?: ReadonlyMap<string, EpochMs>;
}

/** What one of several requests came to. */
export type CollectAnswer = { readonly collected: Collected } | { readonly error: DomainError };

/** A read of everything that a source is configured for. */
export interface SweepRequest {
  readonly range: TimeRange;
  /** How often it is swept at present: the step of a source that can only measure now. */
  readonly every?: DurationMs;
  /** Aborts when nobody waits any more. */
  readonly signal?: AbortSignal;
}

/** What a sweep has found of one workload. */
export interface SweptWorkload {
  readonly workload: WorkloadId;
  readonly collected: Collected;
}

/** What a sweep came to, whichever workloads there were. */
export interface Sweep {
  readonly workloads: readonly SweptWorkload[];
  /** What failed of the source as a whole, e.g. one query of several. */
  readonly problems: Collected['problems'];
  /** Up to where everything was read whole: the next sweep begins there. None: it can only measure now. */
  readonly through?: EpochMs;
}

/** A workload that a source has metrics of. */
export interface DiscoveredWorkload {
  readonly workload: WorkloadId;
  readonly metrics: readonly string[];
}

/** A metric as the source itself calls it. */
export interface AvailableMetric {
  readonly name: string;
  /** E.g. its unit or what it says. */
  readonly detail?: string;
}

export interface ListMetricsRequest {
  /** Part of the name. */
  readonly filter?: string;
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/** Where metrics come from: CloudWatch, this machine, the simulator. */
export interface MetricSource {
  readonly name: string;
  /** @throws {DomainError} `SOURCE_UNAVAILABLE`, `THROTTLED` */
  collect(request: CollectRequest): Promise<Collected>;
  /**
   * Several workloads by as few calls as possible; a source that cannot leaves it out. What is wrong
   * with one workload is its own answer.
   * @returns one answer per request, in the order given
   */
  collectAll?(requests: readonly CollectRequest[]): Promise<readonly CollectAnswer[]>;
  /**
   * Everything the source is configured for, of all workloads: what agents and exports ask for.
   * @throws {DomainError} `SOURCE_UNAVAILABLE`, `THROTTLED`, `DEADLINE_EXCEEDED`
   */
  sweep?(request: SweepRequest): Promise<Sweep>;
  /** The workloads there are, with the metrics they would be collected with. */
  discover?(request?: { readonly signal?: AbortSignal }): Promise<readonly DiscoveredWorkload[]>;
  /** What could be configured: the metrics that the source itself has. */
  listMetrics?(request: ListMetricsRequest): Promise<readonly AvailableMetric[]>;
  /** Frees what it holds open. */
  close?(): Promise<void>;
}
