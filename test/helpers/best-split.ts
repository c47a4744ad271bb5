import type { TrainingMatrix } from '#engines/boosting/training-matrix.ts';
import { rowOf } from './training-matrices.ts';

interface Rules {
  readonly lambda: number;
  readonly alpha: number;
  readonly gamma: number;
  readonly min_child_weight: number;
}

/**
 * The gain of the best split of all rows from their mean, by trying each value of each column as a
 * threshold with missing values on either side; 0 where none is allowed.
 */
export function bestSplitOf(matrix: TrainingMatrix, rules: Rules): { readonly gain: number } {
  const { labels, weights, columns } = matrix;
  const all = Array.from(labels, (_, i) => i);
  const weightOf = (i: number) => weights?.[i] ?? 1;
  const sum = (rows: readonly number[], of: (i: number) => number) =>
    rows.reduce((total, i) => total + of(i), 0);
  // A start is a 32-bit float.
  const mean = Math.fround(sum(all, (i) => weightOf(i) * labels[i]!) / sum(all, weightOf));
  const score = (rows: readonly number[]) => {
    const gradients = sum(rows, (i) => weightOf(i) * (mean - labels[i]!));
    const size = Math.max(0, Math.abs(gradients) - rules.alpha);
    return size ** 2 / (sum(rows, weightOf) + rules.lambda);
  };
  let best = 0;
  for (let column = 0; column < columns; column++) {
    const valueAt = (i: number) => rowOf(matrix, i)[column]!;
    for (const threshold of new Set([...all.map(valueAt), Infinity])) {
      for (const missingLeft of [true, false]) {
        const isLeft = (i: number) =>
          Number.isNaN(valueAt(i)) ? missingLeft : valueAt(i) < threshold;
        const left = all.filter(isLeft);
        const right = all.filter((i) => !isLeft(i));
        const isAllowed = [left, right].every(
          (side) => side.length > 0 && sum(side, weightOf) >= rules.min_child_weight,
        );
        const gain = score(left) + score(right) - score(all);
        if (isAllowed && gain > Math.max(best, rules.gamma)) best = gain;
      }
    }
  }
  return { gain: best };
}
