import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { prepareTrees } from '#core/math/boosted-trees.ts';
import { boostTrees } from '#engines/boosting/boost-trees.ts';
import type { TrainingMatrix } from '#engines/boosting/training-matrix.ts';
import { rowOf } from '#test/helpers/training-matrices.ts';

const COLUMNS = 3;
const PARAMETERS = { rounds: 4, max_depth: 3, eta: 0.5 } as const;

/** Small whole numbers and gaps: exact in every transformation below, with ties. */
const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -40, max: 40 }) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);
const matrices = fc
  .array(
    fc.record({ row: fc.tuple(value, value, value), label: fc.integer({ min: -9, max: 9 }) }),
    {
      minLength: 2,
      maxLength: 60,
    },
  )
  .map(
    (samples): TrainingMatrix => ({
      rows: Float32Array.from(samples.flatMap(({ row }) => row)),
      columns: COLUMNS,
      labels: Float32Array.from(samples, ({ label }) => label),
    }),
  );

async function predictionsOf(matrix: TrainingMatrix): Promise<readonly number[]> {
  const { predict } = prepareTrees(await boostTrees(matrix, PARAMETERS));
  return Array.from(matrix.labels, (_, i) => predict(rowOf(matrix, i)));
}

describe('boosted trees', () => {
  it.each<[string, (x: number) => number]>([
    ['cubes', (x) => x ** 3],
    ['logarithms', (x) => Math.sign(x) * Math.log1p(Math.abs(x))],
    ['a straight line', (x) => 2.5 * x - 700],
  ])('predict of their rows what they predict of %s of them', async (_, transform) => {
    await fc.assert(
      fc.asyncProperty(matrices, async (matrix) => {
        const transformed = { ...matrix, rows: matrix.rows.map(transform) };
        expect(await predictionsOf(transformed)).toEqual(await predictionsOf(matrix));
      }),
      { numRuns: 40 },
    );
  });

  it('come no farther from their labels than the mean is', async () => {
    await fc.assert(
      fc.asyncProperty(matrices, async (matrix) => {
        const { labels } = matrix;
        const predictions = await predictionsOf(matrix);
        const mean = labels.reduce((sum, label) => sum + label, 0) / labels.length;
        const squares = (of: (i: number) => number) =>
          labels.reduce((sum, label, i) => sum + (label - of(i)) ** 2, 0);
        // 32-bit floats add up with errors of 1e-7 each.
        const slack = 1e-4;
        expect(squares((i) => predictions[i]!)).toBeLessThanOrEqual(squares(() => mean) + slack);
      }),
      { numRuns: 40 },
    );
  });
});
