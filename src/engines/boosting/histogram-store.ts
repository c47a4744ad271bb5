import type { BinnedColumns } from './binned-columns.ts';
import { addRows, type TreeRows } from './histograms.ts';

/** No sums are kept. */
export const NO_SLOT = -1;

/** Rows of one node. */
export interface NodeSpan {
  readonly begin: number;
  readonly end: number;
}

/** The sums of nodes that wait for their split, in memory that is used again. */
export interface HistogramStore {
  /** The sums of a slot: those of a column from twice its offset on. */
  sumsOf(slot: number): Float64Array;
  release(slot: number): void;
  /** @returns the slot with the sums of these rows */
  fill(rows: TreeRows, columns: Int32Array, span: NodeSpan): number;
  /** Takes the rows of a node out of a slot, by its own sums where it has a slot. */
  takeOut(
    slot: number,
    rows: TreeRows,
    columns: Int32Array,
    node: { readonly span: NodeSpan; readonly slot: number },
  ): void;
}

export function histogramStore(binned: BinnedColumns): HistogramStore {
  const { offsets } = binned;
  const length = 2 * offsets[binned.columns]!;
  const slots: Float64Array[] = [];
  const free: number[] = [];
  const sumsOf = (slot: number): Float64Array => {
    const sums = slots[slot];
    if (sums === undefined) throw new RangeError(`there is no slot ${slot}`);
    return sums;
  };
  return {
    sumsOf,
    release(slot) {
      if (slot !== NO_SLOT) free.push(slot);
    },
    fill(rows, columns, { begin, end }) {
      const slot = free.pop() ?? slots.push(new Float64Array(length)) - 1;
      const sums = sumsOf(slot);
      for (let k = 0; k < columns.length; k++) {
        const column = columns[k]!;
        const at = 2 * offsets[column]!;
        sums.fill(0, at, 2 * offsets[column + 1]!);
        addRows(sums, at, binned, column, rows, begin, end, 1);
      }
      return slot;
    },
    takeOut(slot, rows, columns, { span, slot: own }) {
      const sums = sumsOf(slot);
      for (let k = 0; k < columns.length; k++) {
        const column = columns[k]!;
        const at = 2 * offsets[column]!;
        if (own === NO_SLOT) {
          addRows(sums, at, binned, column, rows, span.begin, span.end, -1);
        } else {
          subtract(sums, sumsOf(own), at, 2 * offsets[column + 1]!);
        }
      }
    },
  };
}

function subtract(from: Float64Array, other: Float64Array, begin: number, end: number): void {
  for (let i = begin; i < end; i++) from[i]! -= other[i]!;
}
