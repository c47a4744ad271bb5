import type { DurationMs, EpochMs } from '#core/time.ts';
import type { WorkloadId } from '#core/workload.ts';

/** One measured value, as a source delivered it. Counters are stored as they came. */
export interface Observation {
  readonly metric: string;
  /** When it was measured. */
  readonly at: EpochMs;
  readonly value: number;
  /** Who measured it, with the instance it was measured on: `agent`, `agent@host-1`, `cloudwatch`. */
  readonly source: string;
  /** When the source knew this value: later knowledge of the same slot wins. */
  readonly asOf: EpochMs;
  /** A running total: kept exactly, because rates are small differences of large totals. */
  readonly counter?: boolean;
}

/** What became of one observation: `superseded` means that the store knows better already. */
export type MergeResult = 'accepted' | 'duplicate' | 'superseded';

/** A slot as the store holds it: one register per workload, step, metric, source and slot start. */
export interface StoredSlot {
  readonly start: EpochMs;
  readonly value: number;
  readonly asOf: EpochMs;
  /** When Helios saw the first value of this slot; backtests use it to know what was known. */
  readonly firstSeen: EpochMs;
}

/** The slots of one metric and source, ascending in time, empty slots left out. */
export interface StoredColumn {
  readonly metric: string;
  readonly source: string;
  readonly step: DurationMs;
  readonly slots: readonly StoredSlot[];
}

/** Count, sum, minimum and maximum of one metric's values in one hour, as read (counters as rates). */
export interface HourSummary {
  readonly metric: string;
  readonly hour: EpochMs;
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Half-open: `from` belongs to the range, `to` does not. */
export interface TimeRange {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

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
  read(workload: WorkloadId, step: DurationMs, range: TimeRange): Promise<readonly StoredColumn[]>;
  /** Replaces the hourly summaries of one UTC day. */
  putHours(workload: WorkloadId, day: EpochMs, hours: readonly HourSummary[]): Promise<void>;
  readHours(workload: WorkloadId, range: TimeRange): Promise<readonly HourSummary[]>;
}
