import type { HourSummary } from '#core/observations/hour-summary.ts';
import type {
  Column,
  MergeResult,
  Observation,
  TimeRange,
} from '#core/observations/observation.ts';
import type { DurationMs, EpochMs } from '#core/time.ts';
import type { WorkloadId } from '#core/workload.ts';

export type { Column, HourSummary, MergeResult, Observation, TimeRange };

/** Keeps what was observed. Any order, any batches and any duplicates give the same contents. */
export interface ObservationStore {
  /**
   * Merges observations into their slots. Acknowledged values survive a kill of the process.
   * @param seenAt - when Helios received them
   * @returns one result per observation, in the order given
   * @throws {DomainError} `STORE_UNAVAILABLE`
   */
  merge(
    workload: WorkloadId,
    step: DurationMs,
    observations: readonly Observation[],
    seenAt: EpochMs,
  ): Promise<readonly MergeResult[]>;
  read(workload: WorkloadId, step: DurationMs, range: TimeRange): Promise<readonly Column[]>;
  /** Replaces the hourly summaries of one UTC day. */
  putHours(workload: WorkloadId, day: EpochMs, hours: readonly HourSummary[]): Promise<void>;
  readHours(workload: WorkloadId, range: TimeRange): Promise<readonly HourSummary[]>;
}
