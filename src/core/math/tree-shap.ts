import type { BoostedTrees, RegressionTree } from './boosted-trees.ts';

const LEAF = -1;

/** How a prediction comes about: `base` and all `contributions` add up to it. */
export interface Attribution {
  /** The expected prediction when nothing of the row is known: the mean over the training rows. */
  readonly base: number;
  /** One number a column, in the unit of the prediction: what knowing its value adds. */
  readonly contributions: Float64Array;
}

/**
 * Splits a prediction of boosted trees among the columns: exact Shapley values of the game in which
 * an unknown column follows both branches of its splits, weighted by their training rows
 * (Lundberg, Erion & Lee 2018, "Consistent individualized feature attribution for tree ensembles",
 * arXiv:1802.03888, algorithm 2; XGBoost's `pred_contribs`).
 *
 * A row takes the branches that it takes in `prepareTrees`, NaN the one for missing values. Sums are
 * in doubles, those of `prepareTrees` in 32-bit floats, so the two differ by what that rounds.
 *
 * The sum over subsets factors by leaf: with k distinct columns on the way to a leaf of value v, a
 * known set S is worth `v Π_{i ∈ S} o_i Π_{i ∉ S} z_i`, o = 1 when the row stays on the way and else
 * 0, z the share of training rows that stay. The cost is O(leaves × depth²).
 *
 * @param row - `columns` numbers, NaN = missing
 * @example
 * ```ts
 * // Is column 0 below 5? Then 1 (30 training rows), else 5 (10 rows): on average 2.
 * const tree = { splits: [0, -1, -1], values: [5, 1, 5], covers: [30, 10] };
 * treeShap({ columns: 2, base: 0, trees: [tree], gains: [7, 0] }, [6, 0]); // => { base: 2, contributions: [3, 0] }
 * ```
 */
export function treeShap(
  { columns, base, trees }: BoostedTrees,
  row: ArrayLike<number>,
): Attribution {
  const contributions = new Float64Array(columns);
  const expected = trees.reduce(
    (sum, tree) => sum + addTree(tree, row, contributions),
    Math.fround(base),
  );
  return { base: expected, contributions };
}

/** The way to a leaf, one entry for every distinct column on it. */
interface Way {
  length: number;
  readonly columns: Int32Array;
  /** 1 when the row passes every split of the column in the leaf's direction, else 0. */
  readonly known: Float64Array;
  /** Share of training rows that pass them. */
  readonly unknown: Float64Array;
}

/** Adds what the columns contribute through one tree; returns the tree's expected value. */
function addTree(
  { splits, values, covers }: RegressionTree,
  row: ArrayLike<number>,
  contributions: Float64Array,
): number {
  const leftShares = sharesOfLeft(splits, covers);
  const way: Way = {
    length: 0,
    columns: new Int32Array(splits.length),
    known: new Float64Array(splits.length),
    unknown: new Float64Array(splits.length),
  };
  const weights = new Float64Array(splits.length + 1);
  // The splits above the node at hand, and on which side of each it is.
  const above: { node: number; isLeft: boolean }[] = [];
  let expected = 0;
  for (let node = 0; node < splits.length; node++) {
    if (splits[node] !== LEAF) {
      above.push({ node, isLeft: true });
      continue;
    }
    way.length = 0;
    for (const { node: parent, isLeft } of above) {
      const split = splits[parent]!;
      const share = leftShares[parent]!;
      const follows = goesLeft(split, values[parent]!, row) === isLeft;
      pass(way, split >> 1, follows ? 1 : 0, isLeft ? share : 1 - share);
    }
    expected += addLeaf(way, Math.fround(values[node]!), weights, contributions);
    // The next node is the right child of the last split that has been left only once.
    while (above.at(-1)?.isLeft === false) above.pop();
    const turn = above.pop();
    if (turn !== undefined) above.push({ node: turn.node, isLeft: false });
  }
  return expected;
}

function goesLeft(split: number, threshold: number, row: ArrayLike<number>): boolean {
  const x = Math.fround(row[split >> 1]!);
  return Number.isNaN(x) ? (split & 1) === 1 : x < Math.fround(threshold);
}

function pass(way: Way, column: number, known: number, unknown: number): void {
  let at = 0;
  while (at < way.length && way.columns[at] !== column) at++;
  if (at === way.length) {
    way.length++;
    way.columns[at] = column;
    way.known[at] = known;
    way.unknown[at] = unknown;
  } else {
    way.known[at]! *= known;
    way.unknown[at]! *= unknown;
  }
}

/** Adds one leaf's share of the contributions; returns its share of the expected value. */
function addLeaf(
  way: Way,
  value: number,
  weights: Float64Array,
  contributions: Float64Array,
): number {
  let reach = 1;
  weights[0] = 1;
  for (let i = 0; i < way.length; i++) {
    reach *= way.unknown[i]!;
    extend(weights, i, way.unknown[i]!, way.known[i]!);
  }
  for (let i = 0; i < way.length; i++) {
    const z = way.unknown[i]!;
    const o = way.known[i]!;
    if (o === z) continue;
    contributions[way.columns[i]!]! += (o - z) * value * sumWithout(weights, way.length, z, o);
  }
  return value * reach;
}

/**
 * EXTEND of algorithm 2. `weights[j]` is the sum over the sets of j of the n columns so far of
 * `j! (n - j)! / (n + 1)! Π o Π z`; here one column more comes in.
 */
function extend(weights: Float64Array, n: number, z: number, o: number): void {
  weights[n + 1] = (o * weights[n]! * (n + 1)) / (n + 2);
  for (let j = n; j > 0; j--) {
    weights[j] = (z * weights[j]! * (n + 1 - j) + o * weights[j - 1]! * j) / (n + 2);
  }
  weights[0] = (z * weights[0]! * (n + 1)) / (n + 2);
}

/** The sum of UNWIND of algorithm 2: what the weights of n columns would add up to without one. */
function sumWithout(weights: Float64Array, n: number, z: number, o: number): number {
  let sum = 0;
  if (o === 0) {
    for (let j = 0; j < n; j++) sum += (weights[j]! * (n + 1)) / (z * (n - j));
    return sum;
  }
  let above = 0;
  for (let j = n; j > 0; j--) {
    above = (weights[j]! * (n + 1) - z * above * (n - j)) / (o * j);
    sum += above;
  }
  return sum;
}

/**
 * Of every split: which share of its training rows went left. Half, where there were none.
 * Backwards through the nodes, both children of a split are known before it.
 */
function sharesOfLeft(splits: readonly number[], covers: readonly number[]): Float64Array {
  const shares = new Float64Array(splits.length);
  // A stack of the subtrees that wait for their parent, the leftmost on top.
  const waiting = new Float64Array(covers.length + 1);
  let top = 0;
  let leaf = covers.length;
  for (let node = splits.length - 1; node >= 0; node--) {
    if (splits[node] === LEAF) {
      leaf--;
      waiting[++top] = covers[leaf]!;
      continue;
    }
    const left = waiting[top]!;
    const both = left + waiting[--top]!;
    shares[node] = both > 0 ? left / both : 0.5;
    waiting[top] = both;
  }
  return shares;
}
