import { addMs, type DurationMs, type EpochMs, epochMs } from '../time.ts';
import type { Column, MergeResult, Observation, Slot, TimeRange } from './observation.ts';
import { mergeRegister, registerOf, type SlotRegister } from './slot-register.ts';

/** Consecutive slots in one item: an hour at 5 minutes, a minute at 5 seconds. */
export const SLOTS_PER_ITEM = 12;

/** Twelve consecutive slots of one workload and step. */
export interface ObservationItem {
  /** Start of the first slot, a multiple of `12 * step` since the epoch. */
  readonly bucketStart: EpochMs;
  readonly step: DurationMs;
  /** Ascending by metric, then source (by UTF-16 code units). */
  readonly columns: readonly ItemColumn[];
}

/** The registers of one metric and source; `registers[i]` is for `bucketStart + i * step`. */
export interface ItemColumn {
  readonly metric: string;
  readonly source: string;
  readonly registers: readonly (SlotRegister | undefined)[];
}

/**
 * Start of the item that `at` falls into: `floor(at / (12 * step)) * 12 * step`.
 *
 * @throws {RangeError} when `at` is before 1970 or `step` is not a whole number of milliseconds
 * @example
 * ```ts
 * bucketStartOf(epochMs(7_300_000), DEFAULT_STEP); // => 7200000
 * ```
 */
export function bucketStartOf(at: EpochMs, step: DurationMs): EpochMs {
  if (!Number.isInteger(step) || step <= 0) {
    throw new RangeError(`a stored step is a positive whole number of ms, got ${step}`);
  }
  if (!(at >= 0)) throw new RangeError(`a stored moment is at or after 1970, got ${at}`);
  const length = SLOTS_PER_ITEM * step;
  return epochMs(Math.floor(at / length) * length);
}

/** The item of a bucket before anything was observed. */
export function emptyItem(bucketStart: EpochMs, step: DurationMs): ObservationItem {
  return { bucketStart, step, columns: [] };
}

/**
 * Joins observations into an item, each into the register of its slot.
 *
 * @param item - is not modified
 * @param observations - all of the item's own bucket
 * @param seenAt - when Helios received them
 * @returns the new item (`item` itself when nothing changed) and one result per observation
 * @throws {RangeError} when an observation lies outside the bucket or is not finite
 */
export function mergeItem(
  item: ObservationItem,
  observations: readonly Observation[],
  seenAt: EpochMs,
): { readonly item: ObservationItem; readonly results: readonly MergeResult[] } {
  const columns = new ColumnTable(item.columns);
  let isChanged = false;
  const results = observations.map((observation) => {
    const slot = slotOf(item, observation.at);
    const registers = columns.registers(observation.metric, observation.source);
    const stored = registers[slot];
    const merged = mergeRegister(stored, registerOf(observation, seenAt));
    if (merged.register !== stored) {
      registers[slot] = merged.register;
      isChanged = true;
    }
    return merged.result;
  });
  return { item: isChanged ? { ...item, columns: columns.sorted() } : item, results };
}

/**
 * Joins items of one step into columns, as a reader wants them.
 *
 * @param items - ascending by bucket
 * @param range - slots that start outside it are left out
 */
export function columnsOf(items: readonly ObservationItem[], range: TimeRange): readonly Column[] {
  const columns = new Map<string, Column & { readonly slots: Slot[] }>();
  for (const { bucketStart, step, columns: parts } of items) {
    for (const { metric, source, registers } of parts) {
      const key = columnKey(metric, source);
      const column = columns.get(key) ?? { metric, source, step, slots: [] };
      registers.forEach((register, index) => {
        const start = addMs(bucketStart, step, index);
        if (register !== undefined && start >= range.from && start < range.to) {
          column.slots.push({ start, ...register });
        }
      });
      if (column.slots.length > 0) columns.set(key, column);
    }
  }
  return [...columns.values()].sort(byMetricAndSource);
}

/** When the first of an item's slots was seen; its bucket's start while it is empty. */
export function firstSeenOf(item: ObservationItem): EpochMs {
  const seen = item.columns.flatMap(({ registers }) =>
    registers.flatMap((register) => (register === undefined ? [] : [register.firstSeen])),
  );
  return seen.length === 0 ? item.bucketStart : epochMs(Math.min(...seen));
}

/** Orders columns by metric, then source, the same on every machine: no locale is asked. */
export function byMetricAndSource(
  a: { readonly metric: string; readonly source: string },
  b: { readonly metric: string; readonly source: string },
): number {
  if (a.metric !== b.metric) return a.metric < b.metric ? -1 : 1;
  if (a.source !== b.source) return a.source < b.source ? -1 : 1;
  return 0;
}

/** Copies of columns that may be written to, found by metric and source. */
class ColumnTable {
  readonly #columns: Map<string, { metric: string; source: string; registers: Registers }>;

  constructor(columns: readonly ItemColumn[]) {
    this.#columns = new Map(
      columns.map(({ metric, source, registers }) => [
        columnKey(metric, source),
        { metric, source, registers: [...registers] },
      ]),
    );
  }

  registers(metric: string, source: string): Registers {
    const key = columnKey(metric, source);
    const column = this.#columns.get(key) ?? { metric, source, registers: emptyRegisters() };
    this.#columns.set(key, column);
    return column.registers;
  }

  sorted(): readonly ItemColumn[] {
    return [...this.#columns.values()].sort(byMetricAndSource);
  }
}

type Registers = (SlotRegister | undefined)[];

function emptyRegisters(): Registers {
  return new Array<SlotRegister | undefined>(SLOTS_PER_ITEM).fill(undefined);
}

function slotOf(item: ObservationItem, at: EpochMs): number {
  const slot = Math.floor((at - item.bucketStart) / item.step);
  if (!(slot >= 0 && slot < SLOTS_PER_ITEM)) {
    throw new RangeError(`${at} is not in the item that starts at ${item.bucketStart}`);
  }
  return slot;
}

/** A metric's name never holds a line break, so that the pair cannot be read in two ways. */
function columnKey(metric: string, source: string): string {
  return `${metric}\n${source}`;
}
