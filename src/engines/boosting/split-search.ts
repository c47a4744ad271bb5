import { MISSING } from './binned-columns.ts';

/** What a split has to keep to. */
export interface SplitRules {
  /** L2 and L1 penalty on the leaves' values. */
  readonly lambda: number;
  readonly alpha: number;
  /** Least sum of hessians on either side, above 0. */
  readonly leastChild: number;
  /** What a split must gain more than. */
  readonly leastGain: number;
}

/** Sums of gradients and hessians of a node. */
export interface NodeTotals {
  readonly totalG: number;
  readonly totalH: number;
}

/** The best split seen so far; `score` is what has to be beaten. */
export interface BestSplit {
  /** Sum over both sides of G² / (H + λ). */
  score: number;
  /** -1: none. */
  column: number;
  /** The number of the last bin that goes left. */
  bin: number;
  missingLeft: boolean;
  /** Sums of gradients and hessians on the left. */
  leftG: number;
  leftH: number;
}

/** The sum of gradients after the L1 penalty: closer to 0 by `alpha`, or 0. */
export function shrink(sum: number, alpha: number): number {
  return sum - Math.max(-alpha, Math.min(alpha, sum));
}

/** G² / (H + λ): half of it is what a leaf lowers the loss by (Chen & Guestrin 2016, eq. 6). */
export function scoreOf({ totalG, totalH }: NodeTotals, { lambda, alpha }: SplitRules): number {
  const shrunk = shrink(totalG, alpha);
  return (shrunk * shrunk) / (totalH + lambda);
}

/**
 * Looks for a better split of a node between two bins of a column. Where values are missing in the
 * node, they are tried on either side; else they belong to the heavier one.
 *
 * @param sums - gradient and hessian of each bin in turn, that of missing values first, from `at` on
 * @param bins - how many there are
 */
export function searchColumn(
  sums: Float64Array,
  at: number,
  bins: number,
  column: number,
  { totalG, totalH }: NodeTotals,
  rules: SplitRules,
  best: BestSplit,
): void {
  // All values on one side is the second scan's: there the threshold is below the lowest float.
  const last = bins - 2;
  scan(sums, at, MISSING + 1, last, column, totalG, totalH, rules, best);
  if (sums[at + 1]! > 0) scan(sums, at, MISSING, last, column, totalG, totalH, rules, best);
}

/** Moves the bins from `first` to `last` to the left one by one; what is missing goes where it is. */
function scan(
  sums: Float64Array,
  at: number,
  first: number,
  last: number,
  column: number,
  totalG: number,
  totalH: number,
  { lambda, alpha, leastChild }: SplitRules,
  best: BestSplit,
): void {
  const most = totalH - leastChild;
  let leftG = 0;
  let leftH = 0;
  let score = best.score;
  for (let bin = first; bin <= last; bin++) {
    leftG += sums[at + 2 * bin]!;
    leftH += sums[at + 2 * bin + 1]!;
    if (leftH < leastChild) continue;
    if (leftH > most) break;
    let left = leftG;
    let right = totalG - leftG;
    if (alpha > 0) {
      left = shrink(left, alpha);
      right = shrink(right, alpha);
    }
    const leftSize = leftH + lambda;
    const rightSize = totalH - leftH + lambda;
    // The sum of both scores, compared without a division: most splits lose.
    const over = left * left * rightSize + right * right * leftSize;
    const under = leftSize * rightSize;
    if (over <= score * under) continue;
    score = over / under;
    best.score = score;
    best.column = column;
    best.bin = bin;
    best.leftG = leftG;
    best.leftH = leftH;
    best.missingLeft = first === MISSING || (sums[at + 1] === 0 && 2 * leftH >= totalH);
  }
}
