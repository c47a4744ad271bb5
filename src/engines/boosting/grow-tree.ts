import type { BinnedColumns } from './binned-columns.ts';
import { emptyTree, type GrownTree, LEAF } from './grown-tree.ts';
import { histogramSlots, NO_SLOT } from './histogram-slots.ts';
import type { CompleteParameters } from './parameters.ts';
import { type TreeMemory, type TreeRows, treeMemory } from './tree-memory.ts';

type Growth = Pick<
  CompleteParameters,
  'max_depth' | 'max_leaves' | 'grow_policy' | 'lambda' | 'alpha' | 'gamma' | 'min_child_weight'
>;

/** Of all squared gradients: gains below are rounding. */
const LEAST_GAIN_SHARE = 1e-12;
/** Of all hessians: sums below are what subtraction left of nothing. */
const LEAST_HESSIAN_SHARE = 1e-9;

/** Sums of gradients and hessians of a node. */
interface NodeTotals {
  readonly totalG: number;
  readonly totalH: number;
}

/** What a split has to keep to. */
interface SplitRules {
  /** Least sum of hessians on either side, above 0. */
  readonly leastChild: number;
  /** What a split must gain more than. */
  readonly leastGain: number;
}

/** A leaf that can be split: how, and where its sums are kept. */
interface OpenNode {
  readonly node: number;
  readonly depth: number;
  readonly totals: NodeTotals;
  readonly slot: number;
  readonly gain: number;
  readonly left: NodeTotals;
}

/** Grows one tree after the other on the same binned matrix. */
export interface TreeGrower {
  /** Room for the rows of the next tree: order and pairs are to be filled in. Good for this tree. */
  rows(): TreeRows;
  /**
   * Grows a tree and puts the rows into the order of its leaves.
   *
   * @param columns - those to split on, ascending
   * @returns the same object each time: the next tree overwrites this one
   */
  grow(rows: TreeRows, columns: Int32Array): GrownTree;
  /** Gives its memory back. */
  release(): void;
}

/**
 * Histogram tree growing after LightGBM (Ke et al. 2017) and XGBoost's `hist`: a split is looked for
 * between the bins of each column, and of two children only the smaller one is added up; the larger one
 * is what is left of the parent. Nodes with fewer rows than a column has bins are looked at row by row.
 *
 * Leaves have Newton's values (Chen & Guestrin 2016, eq. 5), as yet without the learning rate.
 *
 * @param known - rows that trees may be grown from
 * @throws {DomainError} `FIT_DID_NOT_CONVERGE` where the kernels cannot run
 */
export function treeGrower(binned: BinnedColumns, known: number, growth: Growth): TreeGrower {
  const isLeafWise = growth.grow_policy === 'lossguide';
  const mostLeaves = Math.min(
    isLeafWise ? growth.max_leaves : Number.POSITIVE_INFINITY,
    2 ** growth.max_depth,
    binned.rows,
  );
  const { lambda, alpha } = growth;
  const tree = emptyTree(2 * mostLeaves);
  const leastKept = Math.ceil(binned.offsets[binned.columns]! / binned.columns);
  // Open nodes share no rows, and depth-wise the last ones opened are split first.
  const mostKept = Math.min(mostLeaves, isLeafWise ? mostLeaves : growth.max_depth + 1);
  const slotCount = 1 + Math.min(mostKept, Math.floor(known / leastKept));
  const memory = treeMemory(binned, known, slotCount);
  const { kernels, codes, columns: used, offsets, order, pairs, scratch, split } = memory;
  const slots = histogramSlots(memory, binned.rows);

  return {
    rows: memory.rows,
    release: memory.release,
    grow(rows, columns) {
      const { totals, rules } = preparations(rows, growth);
      const { leastChild } = rules;
      const open: OpenNode[] = [];
      const best = memory.splitView();
      const width = columns.length;
      memory.setColumns(columns);

      const search = (node: number, { totalG, totalH }: NodeTotals, slot: number): void => {
        const range = [totalG, totalH, lambda, alpha, leastChild, split] as const;
        if (slot !== NO_SLOT) {
          kernels.searchBins(slots.addressOf(slot), used, width, offsets, ...range);
          return;
        }
        const { begin, end } = spanOf(node);
        const at = [order, pairs, begin, end, scratch] as const;
        kernels.searchRows(codes, binned.rows, used, width, ...at, ...range);
      };

      /** Adds a node, and opens it where it can be split and something is gained. */
      const consider = (node: number, depth: number, totals: NodeTotals, slot: number): void => {
        const least = scoreOf(totals, growth);
        best.sums[SCORE] = least + rules.leastGain;
        best.numbers.set(NO_SPLIT);
        search(node, totals, slot);
        const column = best.numbers[COLUMN]!;
        if (column === NO_COLUMN) {
          slots.release(slot);
          return;
        }
        tree.columns[node] = column;
        tree.codes[node] = best.numbers[CODE]!;
        tree.missingLeft[node] = best.numbers[MISSING_LEFT]!;
        const gain = best.sums[SCORE]! - least;
        tree.gains[node] = gain;
        const left = { totalG: best.sums[LEFT_G]!, totalH: best.sums[LEFT_H]! };
        open.push({ node, depth, totals, slot, gain, left });
      };

      const add = (begin: number, end: number, { totalG, totalH }: NodeTotals): number => {
        const node = tree.count++;
        tree.begins[node] = begin;
        tree.ends[node] = end;
        tree.covers[node] = totalH;
        tree.lefts[node] = LEAF;
        tree.values[node] = -shrink(totalG, alpha) / (totalH + lambda);
        return node;
      };
      const sizeOf = (node: number) => tree.ends[node]! - tree.begins[node]!;
      const spanOf = (node: number) => ({ begin: tree.begins[node]!, end: tree.ends[node]! });
      const isOpen = (node: number, depth: number) =>
        depth < growth.max_depth && sizeOf(node) > 1 && tree.covers[node]! >= 2 * leastChild;

      const divide = ({ node, depth, totals, slot, left: leftTotals }: OpenNode): void => {
        const { begin, end } = spanOf(node);
        const middle = splitRows(memory, binned.rows, tree, node);
        const rightTotals = {
          totalG: totals.totalG - leftTotals.totalG,
          totalH: totals.totalH - leftTotals.totalH,
        };
        const left = add(begin, middle, leftTotals);
        const right = add(middle, end, rightTotals);
        tree.lefts[node] = left;
        const children = [
          { child: left, totals: leftTotals },
          { child: right, totals: rightTotals },
        ].filter(({ child }) => isOpen(child, depth + 1));
        const isLeftSmall = middle - begin <= end - middle;
        const small = isLeftSmall ? left : right;
        const large = isLeftSmall ? right : left;
        const keeps = (node: number) =>
          slot !== NO_SLOT && sizeOf(node) >= leastKept && isOpen(node, depth + 1);
        const smallSlot = keeps(small) ? slots.fill(width, spanOf(small)) : NO_SLOT;
        const largeSlot = keeps(large) ? slot : NO_SLOT;
        if (largeSlot === NO_SLOT) slots.release(slot);
        else slots.takeOut(slot, width, { span: spanOf(small), slot: smallSlot });
        for (const { child, totals } of children) {
          consider(child, depth + 1, totals, child === small ? smallSlot : largeSlot);
        }
      };

      tree.count = 0;
      const root = add(0, rows.count, totals);
      if (isOpen(root, 0)) {
        const isLarge = rows.count >= leastKept;
        consider(root, 0, totals, isLarge ? slots.fill(width, spanOf(root)) : NO_SLOT);
      }
      for (let leaves = 1; open.length > 0 && leaves < mostLeaves; leaves++) {
        const next = isLeafWise ? takeBest(open) : open.pop();
        if (next) divide(next);
      }
      for (const { slot } of open) slots.release(slot);
      return tree;
    },
  };
}

/** What a search leaves behind, as `SPLIT_BYTES` says. */
const SCORE = 0;
const LEFT_G = 1;
const LEFT_H = 2;
const COLUMN = 0;
const MISSING_LEFT = 2;
const CODE = 3;
const NO_COLUMN = -1;
const NO_SPLIT = [NO_COLUMN, 0, 0, 0];

function preparations(
  { count, pairs }: TreeRows,
  { gamma, min_child_weight }: Growth,
): { readonly totals: NodeTotals; readonly rules: SplitRules } {
  let totalG = 0;
  let totalH = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const gradient = pairs[2 * i]!;
    const hessian = pairs[2 * i + 1]!;
    totalG += gradient;
    totalH += hessian;
    squares += (gradient * gradient) / hessian;
  }
  const rules = {
    leastChild: Math.max(min_child_weight, LEAST_HESSIAN_SHARE * totalH),
    leastGain: Math.max(gamma, LEAST_GAIN_SHARE * squares),
  };
  return { totals: { totalG, totalH }, rules };
}

/** The sum of gradients after the L1 penalty: closer to 0 by `alpha`, or 0. */
function shrink(sum: number, alpha: number): number {
  return sum - Math.max(-alpha, Math.min(alpha, sum));
}

/** G² / (H + λ): half of it is what a leaf lowers the loss by (Chen & Guestrin 2016, eq. 6). */
function scoreOf({ totalG, totalH }: NodeTotals, { lambda, alpha }: Growth): number {
  const shrunk = shrink(totalG, alpha);
  return (shrunk * shrunk) / (totalH + lambda);
}

/** Takes out the node that gains most; of equals the first. */
function takeBest(open: OpenNode[]): OpenNode | undefined {
  let best = 0;
  for (let i = 1; i < open.length; i++) {
    if (open[i]!.gain > open[best]!.gain) best = i;
  }
  return open.splice(best, 1)[0];
}

/** @returns where the rows of a split node begin that go right */
function splitRows(memory: TreeMemory, height: number, tree: GrownTree, node: number): number {
  const { kernels, codes, order, pairs, spareOrder, sparePairs } = memory;
  return kernels.splitRows(
    codes + tree.columns[node]! * height,
    tree.codes[node]!,
    tree.missingLeft[node] === 1,
    order,
    pairs,
    tree.begins[node]!,
    tree.ends[node]!,
    spareOrder,
    sparePairs,
  );
}
