import type { Address } from './kernels.ts';

/** Bytes that `searchRows` works in. */
export const SEARCH_SCRATCH_BYTES = 8_480;

/**
 * A split that was found, in memory: 3 doubles (its score, and the sums of gradients and hessians on its
 * left), then 4 whole numbers of 4 bytes (its column, -1 for none; the number of its last bin on the left;
 * 1 when missing values go left; the highest code that goes left). A search replaces it by any that has a
 * higher score.
 */
export const SPLIT_BYTES = 48;

/**
 * What growing trees on histograms takes its time for. Codes of bins are bytes, column after column of
 * `height` rows, 0 for missing values. A pair is two doubles: gradient and hessian of a row, in the order
 * of the rows, or their sums in a bin. The bins of column `c` begin at `offsets[c]`, counted in pairs.
 * Columns, offsets and the order of the rows are whole numbers of 4 bytes.
 */
export interface TreeKernels {
  /** Adds the pairs of rows up in the bins of `count` columns, which are cleared before. */
  fillBins(
    sums: Address,
    codes: Address,
    height: number,
    columns: Address,
    count: number,
    offsets: Address,
    order: Address,
    pairs: Address,
    begin: number,
    end: number,
  ): void;
  /** Takes the pairs of rows out of the bins of `count` columns. */
  takeRows(
    sums: Address,
    codes: Address,
    height: number,
    columns: Address,
    count: number,
    offsets: Address,
    order: Address,
    pairs: Address,
    begin: number,
    end: number,
  ): void;
  /** Takes the bins of another node out of those of this one, in `count` columns. */
  takeBins(sums: Address, others: Address, columns: Address, count: number, offsets: Address): void;
  /**
   * Looks for a better split of a node between two bins of a column: of most `G² / (H + lambda)`, both sides
   * added, each `G` closer to 0 by `alpha`. Missing values are tried on either side; where there are none
   * they belong to the heavier one.
   *
   * @param totalG - sum of the node's gradients
   * @param leastChild - least sum of hessians on either side, above 0
   * @param best - what has to be beaten
   */
  searchBins(
    sums: Address,
    columns: Address,
    count: number,
    offsets: Address,
    totalG: number,
    totalH: number,
    lambda: number,
    alpha: number,
    leastChild: number,
    best: Address,
  ): void;
  /**
   * The same row by row, for a node of fewer rows than a column has bins.
   *
   * @param scratch - `SEARCH_SCRATCH_BYTES`, zeros; the same can serve again
   */
  searchRows(
    codes: Address,
    height: number,
    columns: Address,
    count: number,
    order: Address,
    pairs: Address,
    begin: number,
    end: number,
    scratch: Address,
    totalG: number,
    totalH: number,
    lambda: number,
    alpha: number,
    leastChild: number,
    best: Address,
  ): void;
  /**
   * Puts the rows of a node that go left before those that go right, either in their old order.
   *
   * @param own - codes of the column that is split on
   * @param highest - the highest code that goes left
   * @returns where those that go right begin
   */
  splitRows(
    own: Address,
    highest: number,
    missingLeft: boolean,
    order: Address,
    pairs: Address,
    begin: number,
    end: number,
    spareOrder: Address,
    sparePairs: Address,
  ): number;
}
