import { describe, expect, it } from '@jest/globals';
import { BoostedTreesSchema, gainImportance, prepareTrees } from '#core/math/boosted-trees.ts';
import type { BoostingParameters } from '#engines/boosting/parameters.ts';
import type { TrainingMatrix } from '#engines/boosting/training-matrix.ts';
import { parseBinaryModel } from '#engines/xgboost/binary-model.ts';
import { trainBinaryModel, trainBoostedTrees } from '#engines/xgboost/train.ts';
import { encodeRows } from '#engines/xgboost/training-matrix.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import {
  awkwardMatrix,
  rowOf,
  smoothMatrix,
  steppedMatrix,
} from '#test/helpers/training-matrices.ts';
import { enginePredictions } from '#test/helpers/xgboost-engine.ts';

const SMALL: BoostingParameters = { rounds: 10, max_depth: 4 };

describe('trained trees', () => {
  /** The same leaves added in the same order and precision: there is nothing to tolerate. */
  const TOLERANCE = 0;

  it.each<[string, TrainingMatrix, BoostingParameters]>([
    ['a smooth function', smoothMatrix(600), { rounds: 30 }],
    ['missing values and -1', awkwardMatrix(600), { rounds: 20, tree_method: 'exact' }],
    ['missing values and -1, by histogram', awkwardMatrix(600), { rounds: 20, eta: 0.5 }],
    ['stepped columns', steppedMatrix(500), { rounds: 20, subsample: 0.7, colsample_bytree: 0.6 }],
  ])('predict what the engine predicts, also after JSON: %s', async (_, matrix, parameters) => {
    const model = await trainBinaryModel(matrix, parameters);
    const theirs = await enginePredictions(model, encodeRows(matrix), matrix.columns);
    const json = JSON.stringify(parseBinaryModel(model));
    const { predict } = prepareTrees(BoostedTreesSchema.parse(JSON.parse(json)));
    const worst = theirs.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - predict(rowOf(matrix, i)))),
      0,
    );
    expect(new Set(theirs).size).toBeGreaterThan(20);
    expect(worst).toBe(TOLERANCE);
  });

  it.each(['exact', 'hist', 'approx'] as const)(
    'tell a missing value, -1 and its neighbours apart: %s',
    async (tree_method) => {
      const matrix = awkwardMatrix(2_000);
      const boosting = { rounds: 60, eta: 0.5, lambda: 0, tree_method };
      const { predict } = prepareTrees(await trainBoostedTrees(matrix, boosting));
      // Every combination is there without noise, the labels are whole numbers: a value taken for
      // another would be off by 1 at least.
      const errors = [...matrix.labels].map((label, i) => label - predict(rowOf(matrix, i)));
      expect(Math.max(...errors.map(Math.abs))).toBeLessThan(0.1);
    },
  );

  it('name the columns that matter', async () => {
    const shares = gainImportance(await trainBoostedTrees(smoothMatrix(600), SMALL));
    expect(shares[0]! + shares[1]!).toBeGreaterThan(0.9);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10);
  });

  it('can do with columns that are all missing', async () => {
    const matrix = smoothMatrix(200);
    const { rows, columns } = matrix;
    for (let i = 0; i < rows.length; i += columns) rows[i + 1] = Number.NaN;
    const shares = gainImportance(await trainBoostedTrees(matrix, SMALL));
    expect(shares[1]).toBe(0);
    expect(shares[0]).toBeGreaterThan(0.1);
  });

  it('count the rows of each leaf', async () => {
    const { trees } = await trainBoostedTrees(smoothMatrix(600), SMALL);
    for (const { covers } of trees) {
      expect(covers.reduce((sum, cover) => sum + cover, 0)).toBe(600);
    }
  });

  it('are the same for the same data and seed, and others for another seed', async () => {
    const boosting = { ...SMALL, subsample: 0.5, seed: 3 };
    const train = (seed: number) => trainBinaryModel(smoothMatrix(300), { ...boosting, seed });
    const [first, second, other] = await Promise.all([train(3), train(3), train(4)]);
    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('start from the mean of the labels', async () => {
    const matrix = { rows: Float32Array.of(1, 2), columns: 1, labels: Float32Array.of(10, 20) };
    const { base } = await trainBoostedTrees(matrix, { rounds: 1 });
    expect(base).toBe(15);
  });

  it('predict the only label there is', async () => {
    const one = { rows: Float32Array.of(7), columns: 1, labels: Float32Array.of(4) };
    const { predict } = prepareTrees(await trainBoostedTrees(one, { rounds: 3 }));
    expect(predict([1])).toBe(4);
    expect(predict([Number.NaN])).toBe(4);
  });

  // 13,000 × 108 is beyond what the package's own wrapper can take (12,030 rows).
  it('can be grown from more than fits on the stack of the engine', async () => {
    const matrix = smoothMatrix(13_000, 108);
    const { trees } = await trainBoostedTrees(matrix, { rounds: 2, max_depth: 2, max_bin: 16 });
    expect(trees).toHaveLength(2);
  });
});

describe('the parameters', () => {
  const train = (given: BoostingParameters) => trainBinaryModel(smoothMatrix(300), given);
  const unchanged = train(SMALL);

  it.each<BoostingParameters>([
    { rounds: 11 },
    { max_depth: 2 },
    { eta: 0.3 },
    { subsample: 0.5 },
    { colsample_bytree: 0.5 },
    { lambda: 10 },
    { alpha: 5 },
    { gamma: 50 },
    { min_child_weight: 40 },
    { tree_method: 'exact' },
    { max_bin: 8 },
    { base_score: 0 },
  ])('are honoured: %p', async (parameters) => {
    expect(await train({ ...SMALL, ...parameters })).not.toEqual(await unchanged);
  });

  it.each<BoostingParameters>([
    { rounds: 0 },
    { rounds: 1.5 },
    { max_depth: 0 },
    { max_depth: 13 },
    { eta: 0 },
    { subsample: 1.1 },
    { colsample_bytree: 0 },
    { lambda: -1 },
    { gamma: Number.NaN },
    { max_bin: 1 },
    { seed: -1 },
    { base_score: Infinity },
  ])('are refused out of range: %p', async (parameters) => {
    await expect(trainBoostedTrees(smoothMatrix(20), parameters)).rejects.toThrow(RangeError);
  });

  it.each<BoostingParameters>([
    { objective: 'reg:absoluteerror' },
    { quantile_alpha: 0.5 },
    { grow_policy: 'lossguide' },
    { max_leaves: 8 },
    { early_stopping_rounds: 5 },
    { validation_share: 0.2 },
  ])('are refused where only the built-in booster knows them: %p', async (parameters) => {
    await expect(trainBoostedTrees(smoothMatrix(20), parameters)).rejects.toThrow('engine xgboost');
  });

  it('weigh no rows', async () => {
    const matrix = { ...smoothMatrix(20), weights: new Float32Array(20).fill(1) };
    await expect(trainBoostedTrees(matrix)).rejects.toThrow('takes no weights');
  });

  it.each([
    ['a value too few', { rows: new Float32Array(5), columns: 3, labels: new Float32Array(2) }],
    ['no row', { rows: new Float32Array(0), columns: 3, labels: new Float32Array(0) }],
    [
      'an infinite value',
      { rows: Float32Array.of(Infinity), columns: 1, labels: Float32Array.of(1) },
    ],
    [
      'a missing label',
      { rows: Float32Array.of(1), columns: 1, labels: Float32Array.of(Number.NaN) },
    ],
  ])('come with a matrix: not %s', async (_, matrix) => {
    await expect(trainBoostedTrees(matrix)).rejects.toThrow(RangeError);
  });
});

describe('a training', () => {
  it('leaves its input as it was', async () => {
    const matrix = awkwardMatrix(100);
    const copy = { rows: matrix.rows.slice(), labels: matrix.labels.slice() };
    await trainBoostedTrees(matrix, SMALL);
    expect(matrix.rows).toEqual(copy.rows);
    expect(matrix.labels).toEqual(copy.labels);
  });

  it('ends with what its checkpoint throws', async () => {
    let calls = 0;
    const checkpoint = () => {
      calls++;
      if (calls === 4) throw new Error('out of time');
    };
    const training = trainBoostedTrees(smoothMatrix(200), SMALL, { checkpoint });
    await expect(training).rejects.toThrow('out of time');
    expect(calls).toBe(4);
  });

  it('asks its checkpoint before the first and after every round', async () => {
    let calls = 0;
    await trainBoostedTrees(smoothMatrix(200), SMALL, { checkpoint: () => calls++ });
    expect(calls).toBe(1 + 10);
  });

  it('ends when its signal is aborted, while it runs or before', async () => {
    const controller = new AbortController();
    let calls = 0;
    const train = () =>
      trainBoostedTrees(
        smoothMatrix(200),
        { rounds: 2_000 },
        {
          signal: controller.signal,
          checkpoint: () => {
            calls++;
            if (calls === 3) controller.abort(new Error('no longer wanted'));
          },
        },
      );
    await expect(train()).rejects.toThrow('no longer wanted');
    await expect(train()).rejects.toThrow('no longer wanted');
  });

  it('adds no listener to the process', async () => {
    const before = process.listenerCount('uncaughtException');
    await trainBoostedTrees(smoothMatrix(50), SMALL);
    expect(process.listenerCount('uncaughtException')).toBe(before);
  });

  it('says so when the engine fails', async () => {
    const nothing = new Float32Array(20).fill(Number.NaN);
    const matrix = { rows: nothing, columns: 2, labels: new Float32Array(10) };
    expect(await rejectionOf(trainBoostedTrees(matrix))).toBe('FIT_DID_NOT_CONVERGE');
  });
});
