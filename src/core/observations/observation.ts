import type { DurationMs, EpochMs } from '../time.ts';

/** One measured value of one metric, as a source delivered it. */
export interface Observation {
  readonly metric: string;
  /** When it was measured. */
  readonly at: EpochMs;
  readonly value: number;
  /** Who measured it, with the instance it was measured on: `agent@host-1`, `cloudwatch`. */
  readonly source: string;
  /** When the source knew this value: later knowledge of the same slot wins. */
  readonly asOf: EpochMs;
  /** A running total: kept exactly, because rates are small differences of large totals. */
  readonly counter?: boolean;
}

/** What became of one observation: `superseded` means that the store knows better already. */
export type MergeResult = 'accepted' | 'duplicate' | 'superseded';

/** The slots of one metric and source, ascending in time, empty slots left out. */
export interface Column {
  readonly metric: string;
  readonly source: string;
  readonly step: DurationMs;
  readonly slots: readonly Slot[];
}

/** A slot with its register's contents. */
export interface Slot {
  readonly start: EpochMs;
  readonly value: number;
  readonly asOf: EpochMs;
  /** When Helios saw the first value of this slot. */
  readonly firstSeen: EpochMs;
}

/**
 * The source of an observation without its instance: `agent` of `agent@host-1`.
 *
 * @example
 * ```ts
 * sourceName('agent@host-1'); // => 'agent'
 * ```
 */
export function sourceName(source: string): string {
  return source.split('@', 1)[0] ?? source;
}

/** Half-open: `from` belongs to the range, `to` does not. */
export interface TimeRange {
  readonly from: EpochMs;
  readonly to: EpochMs;
}
