import { describe, expect, it } from '@jest/globals';
import { prepareTrees } from '#core/math/boosted-trees.ts';
import { trainBoostedTrees } from '#engines/xgboost/train.ts';
import { rowOf, smoothMatrix } from '#test/helpers/training-matrices.ts';

describe('a large training', () => {
  it('grows 100 trees from 50,000 rows of 40 columns', async () => {
    const matrix = smoothMatrix(50_000, 40);
    const { predict } = prepareTrees(await trainBoostedTrees(matrix));
    let sum = 0;
    for (let i = 0; i < 1_000; i++) sum += Math.abs(predict(rowOf(matrix, i)) - matrix.labels[i]!);
    // The noise in the labels alone leaves 0.08 (0.1 × √(2/π)).
    expect(sum / 1_000).toBeLessThan(0.12);
  });
});
