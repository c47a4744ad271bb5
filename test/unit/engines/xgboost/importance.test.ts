import { describe, expect, it } from '@jest/globals';
import { type BoostedTrees, gainImportance, prepareTrees } from '#core/math/boosted-trees.ts';
import type { TrainingMatrix } from '#engines/boosting/training-matrix.ts';
import { trainBoostedTrees } from '#engines/xgboost/train.ts';
import { rowOf, smoothMatrix } from '#test/helpers/training-matrices.ts';

const LEAF = -1;
const LAMBDA = 1;
/** The engine adds gradients in 32-bit floats; gains of later trees are small differences of large sums. */
const RELATIVE_TOLERANCE = 1e-3;

describe('the gains of trained trees', () => {
  it('are the reduction of the squared error by a split', async () => {
    const rows = Float32Array.of(7, 1, 7, 2, 7, 3, 7, 4);
    const labels = Float32Array.of(1, 1, 1, 5);
    const stump = { rounds: 1, max_depth: 1, tree_method: 'exact' } as const;
    const trees = await trainBoostedTrees({ rows, columns: 2, labels }, stump);
    // From the mean, 2, the gradients are 1, 1, 1 and -3. Sums G of H rows a side: 3 of 3 and -3 of
    // 1, 0 of 4 before: G² / (H + 1) gives 9 / 4 + 9 / 2 - 0 = 6.75 (Chen & Guestrin 2016, eq. 7,
    // without the half).
    expect(trees.gains).toEqual([0, 6.75]);
    expect([...gainImportance(trees)]).toEqual([0, 1]);
  });

  it('are what walking all training rows through all trees counts', async () => {
    const matrix = smoothMatrix(300);
    const boosting = { rounds: 6, max_depth: 4, eta: 0.3, tree_method: 'exact' } as const;
    const trees = await trainBoostedTrees(matrix, boosting);
    const counted = countGains(matrix, trees);
    for (const [column, gain] of trees.gains.entries()) {
      const expected = counted[column]!;
      expect(Math.abs(gain - expected)).toBeLessThanOrEqual(RELATIVE_TOLERANCE * expected);
    }
    expect(trees.gains.filter((gain) => gain > 0).length).toBeGreaterThan(2);
  });
});

/** The loss reduction of each split (Chen & Guestrin 2016, eq. 7, without the half), by column. */
function countGains(matrix: TrainingMatrix, trees: BoostedTrees): Float64Array {
  const gains = new Float64Array(trees.columns);
  const all = Array.from(matrix.labels, (_, i) => i);
  for (const [t, tree] of trees.trees.entries()) {
    const { predict } = prepareTrees({ ...trees, trees: trees.trees.slice(0, t) });
    const gradients = all.map((i) => predict(rowOf(matrix, i)) - matrix.labels[i]!);
    const score = (members: readonly number[]) =>
      members.reduce((sum, i) => sum + gradients[i]!, 0) ** 2 / (members.length + LAMBDA);
    let node = 0;
    const visit = (members: readonly number[]) => {
      const split = tree.splits[node]!;
      const threshold = tree.values[node]!;
      node++;
      if (split === LEAF) return;
      const isLeft = (i: number) => rowOf(matrix, i)[split >> 1]! < Math.fround(threshold);
      const left = members.filter(isLeft);
      const right = members.filter((i) => !isLeft(i));
      gains[split >> 1]! += score(left) + score(right) - score(members);
      visit(left);
      visit(right);
    };
    visit(all);
  }
  return gains;
}
