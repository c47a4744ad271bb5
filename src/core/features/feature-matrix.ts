import { DomainError } from '../errors.ts';
import { calendarFeatures } from '../series/calendar.ts';
import type { Frame } from '../series/frame.ts';
import type { Grid } from '../series/grid.ts';
import { findTimeZone, type TimeZone } from '../series/time-zone.ts';
import { addMs } from '../time.ts';

/**
 * Rows × named columns, row-major: `values[row * names.length + column]`. NaN = missing, everything
 * else is finite. Row i describes the frame's row `from + i`, so time
 * `start + (from + i) * step`, where `from` is the option of that name (0 unless given).
 */
export interface FeatureMatrix {
  /** Name and version of the column definitions, e.g. `documented/1`: artifacts carry it. */
  readonly schema: string;
  readonly names: readonly string[];
  readonly rows: number;
  readonly values: Float64Array;
}

/** What may be chosen of a feature set. */
export interface FeatureOptions {
  /** The metrics described, in this order; those of the set unless given. */
  readonly metrics?: readonly string[];
  /** Metrics whose columns are left out, with the ratios they are part of. */
  readonly exclude?: readonly string[];
  /** Whose clocks the calendar columns read: an IANA name or an offset; `utc` unless given. */
  readonly timeZone?: string;
  /**
   * First row of the frame to compute, 0 unless given. Earlier rows are read as far as windows reach
   * back and cost nothing otherwise: scoring one new row does not pay for the history.
   */
  readonly from?: number;
}

/** Some neighbouring columns of a matrix. */
export interface ColumnBlock {
  readonly names: readonly string[];
  /** Writes the columns of one row to `out` from `at` on. */
  write(row: number, out: Float64Array, at: number): void;
}

/** Joins blocks from left to right. What is not finite (a ratio over zero, an overflow) becomes NaN. */
export function assembleMatrix(
  schema: string,
  rows: number,
  blocks: readonly ColumnBlock[],
): FeatureMatrix {
  const names = blocks.flatMap((block) => block.names);
  const values = new Float64Array(rows * names.length);
  let first = 0;
  for (const block of blocks) {
    for (let row = 0; row < rows; row++) block.write(row, values, row * names.length + first);
    first += block.names.length;
  }
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i]!)) values[i] = Number.NaN;
  return { schema, names, rows, values };
}

/**
 * The grid of the rows to compute.
 * @throws {RangeError} when `from` is not a whole number from 0 to the frame's length
 */
export function rowsFrom(frame: Frame, from = 0): Grid {
  if (!Number.isInteger(from) || from < 0 || from > frame.length) {
    throw new RangeError(`from must be a row from 0 to ${frame.length}, got ${from}`);
  }
  const { start, step, length } = frame;
  return { start: addMs(start, step, from), step, length: length - from };
}

/**
 * The values of a metric from `reach` rows before row `from` on: index `reach + i` is row `from + i`.
 * Missing (NaN) are what the frame lacks, what lies before its beginning, and what is not finite.
 */
export function pastValues(
  frame: Frame,
  metric: string,
  { from = 0, reach }: { readonly from?: number; readonly reach: number },
): Float64Array {
  const past = new Float64Array(reach + frame.length - from).fill(Number.NaN);
  const values = frame.series.get(metric)?.values;
  if (values === undefined) return past;
  for (let i = Math.max(0, from - reach); i < values.length; i++) {
    const value = values[i]!;
    if (Number.isFinite(value)) past[reach + i - from] = value;
  }
  return past;
}

/** The eight columns of `calendarFeatures`, in its order. */
export function calendarBlock(rows: Grid, timeZone?: string): ColumnBlock {
  const columns = Object.entries(calendarFeatures(rows, zoneOf(timeZone)));
  return {
    names: columns.map(([name]) => name),
    write(row, out, at) {
      for (let c = 0; c < columns.length; c++) out[at + c] = columns[c]![1][row]!;
    },
  };
}

/**
 * The zone of a name, UTC without one.
 * @throws {DomainError} `CONFIG_INVALID` when there is no zone of this name
 */
export function zoneOf(timeZone = 'utc'): TimeZone {
  const zone = findTimeZone(timeZone);
  if (zone !== undefined) return zone;
  throw new DomainError(
    'CONFIG_INVALID',
    `time zone ${timeZone} is not known: use utc, an offset like +02:00 or an IANA name`,
    { timeZone },
  );
}

/**
 * Refuses what a model of `target` cannot be given: its own past has to be among the columns.
 * @throws {RangeError} when `target` is not one of `metrics` or is left out
 */
export function requireTarget(
  target: string,
  metrics: readonly string[],
  exclude: readonly string[] = [],
): void {
  if (!metrics.includes(target) || exclude.includes(target)) {
    throw new RangeError(`target ${target} must be one of the metrics: ${metrics.join(', ')}`);
  }
}
