import type { TrainingMatrix } from './training-matrix.ts';

/** Code of a missing value; a value's code is 1 or more, and grows with it. */
export const MISSING = 0;
/** Bins of values: codes are bytes, and one stands for missing values. */
export const MAX_BINS = 255;
/** No value lies beyond, and JSON has no infinity. */
const LARGEST_FLOAT = 3.4028234663852886e38;

/** A matrix as codes of bins, column after column. */
export interface BinnedColumns {
  readonly rows: number;
  readonly columns: number;
  /** Of column `c` and row `r` at `c * rows + r`. */
  readonly codes: Uint8Array;
  /** Where the bins of column `c` begin, those of all columns in a row; the end of the last besides. */
  readonly offsets: Int32Array;
  /**
   * Of bin `offsets[c] + code` the threshold that all values up to this code are below, and all others
   * are not. That of `MISSING` has every value on its right; there is none above the highest code.
   */
  readonly thresholds: Float32Array;
}

/**
 * Cuts the values of each column into at most `maxBins` bins: one a value where they are few, else with
 * as equal numbers of rows as can be. Thresholds lie halfway between the neighbours.
 *
 * @param known - only the rows before this one say where to cut
 */
export function binColumns(
  { rows: values, columns, labels }: TrainingMatrix,
  maxBins: number,
  known: number,
): BinnedColumns {
  const rows = labels.length;
  const codes = new Uint8Array(rows * columns);
  const offsets = new Int32Array(columns + 1);
  const thresholds = new Float32Array(columns * (maxBins + 1));
  const column = new Float32Array(rows);
  for (let c = 0; c < columns; c++) {
    for (let r = 0; r < rows; r++) column[r] = values[r * columns + c]!;
    const at = offsets[c]!;
    const cuts = writeCuts(sortedValues(column.subarray(0, known)), maxBins, thresholds, at);
    encode(column, thresholds, at, cuts, codes, c * rows);
    offsets[c + 1] = at + cuts + 2;
  }
  return { rows, columns, codes, offsets, thresholds: thresholds.slice(0, offsets[columns]!) };
}

function sortedValues(column: Float32Array): Float32Array {
  // NaN sorts last.
  const sorted = column.slice().sort();
  let length = sorted.length;
  while (length > 0 && Number.isNaN(sorted[length - 1]!)) length--;
  return sorted.subarray(0, length);
}

/**
 * Writes the thresholds of a column from `at` on, that of `MISSING` first.
 *
 * @returns how many there are between values
 */
function writeCuts(
  sorted: Float32Array,
  maxBins: number,
  thresholds: Float32Array,
  at: number,
): number {
  thresholds[at] = -LARGEST_FLOAT;
  const count = sorted.length;
  const isOneAValue = distinctUpTo(sorted, maxBins + 1) <= maxBins;
  let cuts = 0;
  let binStart = 0;
  for (let i = 1; i < count; i++) {
    const below = sorted[i - 1]!;
    if (sorted[i]! === below) continue;
    if (!isOneAValue && !isFull(sorted, binStart, i, maxBins - cuts)) continue;
    cuts++;
    thresholds[at + cuts] = between(below, sorted[i]!);
    binStart = i;
    if (cuts === maxBins - 1) break;
  }
  return cuts;
}

/** Whether a bin that began at `start` is closer to its share of the rest without the value at `end`. */
function isFull(sorted: Float32Array, start: number, end: number, binsLeft: number): boolean {
  const share = (sorted.length - start) / binsLeft;
  let next = end + 1;
  while (next < sorted.length && sorted[next]! === sorted[end]! && next - end < 2 * share) next++;
  return end - start + (next - end) / 2 > share;
}

function distinctUpTo(sorted: Float32Array, most: number): number {
  let distinct = Math.min(1, sorted.length);
  for (let i = 1; i < sorted.length && distinct < most; i++) {
    if (sorted[i]! !== sorted[i - 1]!) distinct++;
  }
  return distinct;
}

/** A 32-bit float above `low`, and at most `high`. */
function between(low: number, high: number): number {
  const middle = Math.fround(low + (high - low) / 2);
  return middle > low ? middle : high;
}

function encode(
  column: Float32Array,
  thresholds: Float32Array,
  at: number,
  cuts: number,
  codes: Uint8Array,
  to: number,
): void {
  for (let r = 0; r < column.length; r++) {
    const value = column[r]!;
    if (Number.isNaN(value)) continue;
    // The code is 1 + the number of thresholds that the value is not below.
    let low = 1;
    let high = cuts + 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value < thresholds[at + middle]!) high = middle;
      else low = middle + 1;
    }
    codes[to + r] = low;
  }
}
