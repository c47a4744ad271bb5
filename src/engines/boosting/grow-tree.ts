import { type BinnedColumns, MISSING } from './binned-columns.ts';
import { emptyTree, type GrownTree, LEAF } from './grown-tree.ts';
import { histogramStore, NO_SLOT } from './histogram-store.ts';
import { fewRows, type TreeRows } from './histograms.ts';
import type { CompleteParameters } from './parameters.ts';
import {
  type BestSplit,
  type NodeTotals,
  type SplitRules,
  scoreOf,
  searchColumn,
  shrink,
} from './split-search.ts';

type Growth = Pick<
  CompleteParameters,
  'max_depth' | 'max_leaves' | 'grow_policy' | 'lambda' | 'alpha' | 'gamma' | 'min_child_weight'
>;

/** Of all squared gradients: gains below are rounding. */
const LEAST_GAIN_SHARE = 1e-12;
/** Of all hessians: sums below are what subtraction left of nothing. */
const LEAST_HESSIAN_SHARE = 1e-9;

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
  /**
   * Grows a tree and puts the rows into the order of its leaves.
   *
   * @param columns - those to split on, ascending
   * @returns the same object each time: the next tree overwrites this one
   */
  grow(rows: TreeRows, columns: Int32Array): GrownTree;
}

/**
 * Histogram tree growing after LightGBM (Ke et al. 2017) and XGBoost's `hist`: a split is looked for
 * between the bins of each column, and of two children only the smaller one is added up; the larger one
 * is what is left of the parent. Nodes with fewer rows than a column has bins are looked at row by row.
 *
 * Leaves have Newton's values (Chen & Guestrin 2016, eq. 5), as yet without the learning rate.
 */
export function treeGrower(binned: BinnedColumns, growth: Growth): TreeGrower {
  const isLeafWise = growth.grow_policy === 'lossguide';
  const mostLeaves = Math.min(
    isLeafWise ? growth.max_leaves : Number.POSITIVE_INFINITY,
    2 ** growth.max_depth,
    binned.rows,
  );
  const { offsets } = binned;
  const tree = emptyTree(2 * mostLeaves);
  const store = histogramStore(binned);
  const few = fewRows();
  const leastKept = Math.ceil(offsets[binned.columns]! / binned.columns);
  const split = rowSplitter(binned);

  return {
    grow(rows, columns) {
      const { totals, rules } = preparations(rows, growth);
      const open: OpenNode[] = [];
      const best: BestSplit = {
        score: 0,
        column: -1,
        bin: 0,
        missingLeft: false,
        leftG: 0,
        leftH: 0,
      };

      const search = (node: number, totals: NodeTotals, slot: number): void => {
        const begin = tree.begins[node]!;
        const end = tree.ends[node]!;
        const sums = slot === NO_SLOT ? few.sums : store.sumsOf(slot);
        for (let k = 0; k < columns.length; k++) {
          const column = columns[k]!;
          const at = offsets[column]!;
          if (slot !== NO_SLOT) {
            searchColumn(sums, 2 * at, offsets[column + 1]! - at, column, totals, rules, best);
            continue;
          }
          const bins = few.read(binned, column, rows, begin, end);
          searchColumn(sums, 0, bins, column, totals, rules, best);
          if (best.column !== column || best.bin === MISSING) continue;
          tree.codes[node] = halfway(few.codes[best.bin]!, few.codes[best.bin + 1]!);
        }
        if (best.bin === MISSING) tree.codes[node] = MISSING;
        else if (slot !== NO_SLOT) {
          const at = 2 * offsets[best.column]! + 1;
          let next = best.bin + 1;
          while (sums[at + 2 * next] === 0) next++;
          tree.codes[node] = halfway(best.bin, next);
        }
      };

      /** Adds a node, and opens it where it can be split and something is gained. */
      const consider = (node: number, depth: number, totals: NodeTotals, slot: number): void => {
        const least = scoreOf(totals, rules);
        best.score = least + rules.leastGain;
        best.column = -1;
        best.bin = MISSING;
        search(node, totals, slot);
        if (best.column === -1) {
          store.release(slot);
          return;
        }
        tree.columns[node] = best.column;
        tree.missingLeft[node] = best.missingLeft ? 1 : 0;
        const gain = best.score - least;
        tree.gains[node] = gain;
        const left = { totalG: best.leftG, totalH: best.leftH };
        open.push({ node, depth, totals, slot, gain, left });
      };

      const add = (begin: number, end: number, { totalG, totalH }: NodeTotals): number => {
        const node = tree.count++;
        tree.begins[node] = begin;
        tree.ends[node] = end;
        tree.covers[node] = totalH;
        tree.lefts[node] = LEAF;
        tree.values[node] = -shrink(totalG, rules.alpha) / (totalH + rules.lambda);
        return node;
      };
      const sizeOf = (node: number) => tree.ends[node]! - tree.begins[node]!;
      const spanOf = (node: number) => ({ begin: tree.begins[node]!, end: tree.ends[node]! });
      const isOpen = (node: number, depth: number) =>
        depth < growth.max_depth && sizeOf(node) > 1 && tree.covers[node]! >= 2 * rules.leastChild;

      const divide = ({ node, depth, totals, slot, left: leftTotals }: OpenNode): void => {
        const { begin, end } = spanOf(node);
        const middle = split(rows, begin, end, tree, node);
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
        const smallSlot = keeps(small) ? store.fill(rows, columns, spanOf(small)) : NO_SLOT;
        const largeSlot = keeps(large) ? slot : NO_SLOT;
        if (largeSlot === NO_SLOT) store.release(slot);
        else store.takeOut(slot, rows, columns, { span: spanOf(small), slot: smallSlot });
        for (const { child, totals } of children) {
          consider(child, depth + 1, totals, child === small ? smallSlot : largeSlot);
        }
      };

      tree.count = 0;
      const root = add(0, rows.count, totals);
      if (isOpen(root, 0)) {
        const isLarge = rows.count >= leastKept;
        consider(root, 0, totals, isLarge ? store.fill(rows, columns, spanOf(root)) : NO_SLOT);
      }
      for (let leaves = 1; open.length > 0 && leaves < mostLeaves; leaves++) {
        const next = isLeafWise ? takeBest(open) : open.pop();
        if (next) divide(next);
      }
      for (const { slot } of open) store.release(slot);
      return tree;
    },
  };
}

function preparations(
  { count, gradients, hessians }: TreeRows,
  { lambda, alpha, gamma, min_child_weight }: Growth,
): { readonly totals: NodeTotals; readonly rules: SplitRules } {
  let totalG = 0;
  let totalH = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const gradient = gradients[i]!;
    const hessian = hessians === undefined ? 1 : hessians[i]!;
    totalG += gradient;
    totalH += hessian;
    squares += (gradient * gradient) / hessian;
  }
  const rules = {
    lambda,
    alpha,
    leastChild: Math.max(min_child_weight, LEAST_HESSIAN_SHARE * totalH),
    leastGain: Math.max(gamma, LEAST_GAIN_SHARE * squares),
  };
  return { totals: { totalG, totalH }, rules };
}

/** The highest code to send left in the middle of the gap that a node leaves between two codes. */
function halfway(left: number, right: number): number {
  return (left + right - 1) >> 1;
}

/** Takes out the node that gains most; of equals the first. */
function takeBest(open: OpenNode[]): OpenNode | undefined {
  let best = 0;
  for (let i = 1; i < open.length; i++) {
    if (open[i]!.gain > open[best]!.gain) best = i;
  }
  return open.splice(best, 1)[0];
}

/** Puts the rows of a split node that go left before those that go right, either in their old order. */
function rowSplitter({ codes, rows: height }: BinnedColumns) {
  const movedRows = new Int32Array(height);
  const movedGradients = new Float64Array(height);
  const movedHessians = new Float64Array(height);
  return (
    { order, gradients, hessians }: TreeRows,
    begin: number,
    end: number,
    tree: GrownTree,
    node: number,
  ): number => {
    const from = tree.columns[node]! * height;
    const highest = tree.codes[node]!;
    const missingLeft = tree.missingLeft[node] === 1;
    let middle = begin;
    let moved = 0;
    for (let i = begin; i < end; i++) {
      const row = order[i]!;
      const code = codes[from + row]!;
      if (code === MISSING ? missingLeft : code <= highest) {
        order[middle] = row;
        gradients[middle] = gradients[i]!;
        if (hessians) hessians[middle] = hessians[i]!;
        middle++;
      } else {
        movedRows[moved] = row;
        movedGradients[moved] = gradients[i]!;
        if (hessians) movedHessians[moved] = hessians[i]!;
        moved++;
      }
    }
    order.set(movedRows.subarray(0, moved), middle);
    gradients.set(movedGradients.subarray(0, moved), middle);
    hessians?.set(movedHessians.subarray(0, moved), middle);
    return middle;
  };
}
