import type { RegressionTree } from '#core/math/boosted-trees.ts';
import { type BinnedColumns, MISSING } from './binned-columns.ts';
import { shortestDecimal } from './float-decimal.ts';

/** A node without children. */
export const LEAF = -1;

/** A tree as it grows: node 0 is the root, children are numbered in the order they were made. */
export interface GrownTree {
  /** Nodes so far. */
  count: number;
  /** Of a split: the column, the highest code that goes left, where missing values go, and the gain. */
  readonly columns: Int32Array;
  readonly codes: Uint8Array;
  readonly missingLeft: Uint8Array;
  readonly gains: Float64Array;
  /** The left child, `LEAF` where there is none; the right one has the next number. */
  readonly lefts: Int32Array;
  /** Of a leaf: what it adds to the prediction. */
  readonly values: Float64Array;
  /** Sum of hessians. */
  readonly covers: Float64Array;
  /** Its rows: those of the order from `begins` on, before `ends`. */
  readonly begins: Int32Array;
  readonly ends: Int32Array;
}

export function emptyTree(capacity: number): GrownTree {
  return {
    count: 0,
    columns: new Int32Array(capacity),
    codes: new Uint8Array(capacity),
    missingLeft: new Uint8Array(capacity),
    gains: new Float64Array(capacity),
    lefts: new Int32Array(capacity),
    values: new Float64Array(capacity),
    covers: new Float64Array(capacity),
    begins: new Int32Array(capacity),
    ends: new Int32Array(capacity),
  };
}

/** The leaf that a row of the matrix falls into. */
export function leafOf(tree: GrownTree, { codes, rows }: BinnedColumns, row: number): number {
  let node = 0;
  for (let left = tree.lefts[0]!; left !== LEAF; left = tree.lefts[node]!) {
    const code = codes[tree.columns[node]! * rows + row]!;
    const goesLeft = code === MISSING ? tree.missingLeft[node] === 1 : code <= tree.codes[node]!;
    node = goesLeft ? left : left + 1;
  }
  return node;
}

/** The tree as states hold it: a parent before its left subtree, and that before its right one. */
export function toRegressionTree(
  tree: GrownTree,
  { offsets, thresholds }: BinnedColumns,
): RegressionTree {
  const splits: number[] = [];
  const values: number[] = [];
  const covers: number[] = [];
  const waiting = [0];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const left = tree.lefts[node]!;
    if (left === LEAF) {
      splits.push(LEAF);
      values.push(shortestDecimal(tree.values[node]!));
      covers.push(shortestDecimal(Math.fround(tree.covers[node]!)));
      continue;
    }
    const column = tree.columns[node]!;
    splits.push(2 * column + tree.missingLeft[node]!);
    values.push(shortestDecimal(thresholds[offsets[column]! + tree.codes[node]!]!));
    waiting.push(left + 1, left);
  }
  return { splits, values, covers };
}
