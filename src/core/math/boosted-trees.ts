import * as z from 'zod';

/** Bounds of what is read: a file cannot ask for more memory than this. */
const MAX_COLUMNS = 4_096;
const MAX_TREES = 2_000;
const MAX_NODES_A_TREE = 16_384;

const LEAF = -1;

interface Lists {
  readonly splits: readonly number[];
  readonly values: readonly number[];
  readonly covers: readonly number[];
}

const RegressionTreeSchema = z
  .strictObject({
    /**
     * One number a node, a parent before its left subtree and that before its right one: -1 for a
     * leaf, else 2 × column, plus 1 when a missing value goes left.
     */
    splits: z.array(z.int().min(LEAF)).min(1).max(MAX_NODES_A_TREE),
    /** In the same order: the threshold of a split, the value of a leaf. Each fits a 32-bit float. */
    values: z.array(z.number()).min(1).max(MAX_NODES_A_TREE),
    /** Of each leaf, in the same order: the sum of hessians, with squared error its training rows. */
    covers: z.array(z.number().nonnegative()).max(MAX_NODES_A_TREE),
  })
  .refine(isWhole, { error: 'the nodes do not form one tree' });

/**
 * A gradient-boosted ensemble of regression trees as JSON: what `prepareTrees` evaluates. Children
 * need no indices, because the order of the nodes determines them.
 */
export const BoostedTreesSchema = z
  .strictObject({
    /** Numbers in a row. */
    columns: z.int().min(1).max(MAX_COLUMNS),
    /** What the leaves' sum is added to. */
    base: z.number(),
    trees: z.array(RegressionTreeSchema).max(MAX_TREES),
    /** Of each column: by how much its splits reduced the training loss, all trees together. */
    gains: z.array(z.number().nonnegative()).max(MAX_COLUMNS),
  })
  .refine(({ columns, gains }) => gains.length === columns, { error: 'one gain a column' })
  .refine(({ columns, trees }) => trees.every((tree) => columnsOf(tree) <= columns), {
    error: 'a tree splits on a column that rows do not have',
  });

export type RegressionTree = z.infer<typeof RegressionTreeSchema>;
export type BoostedTrees = z.infer<typeof BoostedTreesSchema>;

/** An ensemble in typed arrays, ready to evaluate row after row. */
export interface PreparedTrees {
  readonly columns: number;
  /**
   * The prediction for a row of `columns` numbers, NaN = missing. It goes left where
   * `x < threshold`, both as 32-bit floats, and adds up in 32-bit floats, as XGBoost does.
   */
  predict(row: ArrayLike<number>): number;
}

/**
 * Lays the trees out for evaluation. Do it once for many rows.
 *
 * @example
 * ```ts
 * // One tree: is column 0 below 5? Then 1, else 2; a missing value counts as below.
 * const tree = { splits: [1, -1, -1], values: [5, 1, 2], covers: [10, 30] };
 * const { predict } = prepareTrees({ columns: 1, base: 0.5, trees: [tree], gains: [7] });
 * predict([4]); // => 1.5
 * predict([5]); // => 2.5
 * predict([Number.NaN]); // => 1.5
 * ```
 */
export function prepareTrees({ columns, base, trees }: BoostedTrees): PreparedTrees {
  const count = trees.reduce((sum, { splits }) => sum + splits.length, 0);
  const splits = new Int32Array(count);
  const values = new Float32Array(count);
  const rights = new Int32Array(count);
  const roots = new Int32Array(trees.length);
  const start = Math.fround(base);
  let root = 0;
  for (const [i, tree] of trees.entries()) {
    roots[i] = root;
    splits.set(tree.splits, root);
    values.set(tree.values, root);
    linkRightChildren(tree.splits, rights, root);
    root += tree.splits.length;
  }
  return {
    columns,
    predict(row) {
      let sum = 0;
      for (let i = 0; i < roots.length; i++) {
        let node = roots[i]!;
        for (let split = splits[node]!; split !== LEAF; split = splits[node]!) {
          const x = Math.fround(row[split >> 1]!);
          const isLeft = Number.isNaN(x) ? (split & 1) === 1 : x < values[node]!;
          node = isLeft ? node + 1 : rights[node]!;
        }
        sum = Math.fround(sum + values[node]!);
      }
      return Math.fround(start + sum);
    },
  };
}

/**
 * The share of each column in all the trees' gain, largest where the ensemble leans most on it.
 * The shares sum to 1, or are all 0 when there is no split. XGBoost calls the unscaled sums
 * `total_gain`.
 */
export function gainImportance({ gains }: BoostedTrees): Float64Array {
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  return Float64Array.from(gains, (gain) => (total > 0 ? gain / total : 0));
}

/** A left subtree follows its parent; where it ends, the right one begins. */
function linkRightChildren(splits: readonly number[], rights: Int32Array, root: number): void {
  const open: number[] = [];
  for (const [i, split] of splits.entries()) {
    if (split !== LEAF) {
      open.push(root + i);
      continue;
    }
    const parent = open.pop();
    if (parent !== undefined) rights[parent] = root + i + 1;
  }
}

/** Whether every split has its two children, nothing is left over, and all lists fit together. */
function isWhole({ splits, values, covers }: Lists): boolean {
  let open = 1;
  let leaves = 0;
  for (const split of splits) {
    if (open === 0) return false;
    open += split === LEAF ? -1 : 1;
    if (split === LEAF) leaves++;
  }
  return open === 0 && values.length === splits.length && covers.length === leaves;
}

function columnsOf({ splits }: Lists): number {
  return splits.reduce((most, split) => Math.max(most, (split >> 1) + 1), 0);
}
