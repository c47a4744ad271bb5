import { describe, expect, it } from '@jest/globals';
import { BoostedTreesSchema, prepareTrees } from '#core/math/boosted-trees.ts';
import { quantile } from '#core/math/statistics.ts';
import { boostTrees } from '#engines/boosting/boost-trees.ts';
import { objectiveOf } from '#engines/boosting/objective.ts';
import { type BoostingParameters, completeParameters } from '#engines/boosting/parameters.ts';
import type { TrainingMatrix } from '#engines/boosting/training-matrix.ts';
import { loadKernels } from '#kernels/kernels.ts';
import { bestSplitOf } from '#test/helpers/best-split.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import {
  awkwardMatrix,
  rowOf,
  smoothMatrix,
  steppedMatrix,
} from '#test/helpers/training-matrices.ts';

const SMALL: BoostingParameters = { rounds: 10, max_depth: 4 };
const STUMP: BoostingParameters = { rounds: 1, max_depth: 1, eta: 1, lambda: 0 };

const column = (values: readonly number[], labels: readonly number[]): TrainingMatrix => ({
  rows: Float32Array.from(values),
  columns: 1,
  labels: Float32Array.from(labels),
});
const meanError = async (matrix: TrainingMatrix, parameters: BoostingParameters) => {
  const { predict } = prepareTrees(await boostTrees(matrix, parameters));
  const sum = matrix.labels.reduce(
    (total, label, i) => total + Math.abs(label - predict(rowOf(matrix, i))),
    0,
  );
  return sum / matrix.labels.length;
};

describe('one split', () => {
  // So few rows have each value in a bin of its own: histograms lose nothing against brute force.
  const matrices = {
    smooth: smoothMatrix(60, 4),
    awkward: awkwardMatrix(60),
    stepped: steppedMatrix(60),
  };
  const cases: readonly BoostingParameters[] = [
    {},
    { lambda: 3, alpha: 2 },
    { min_child_weight: 12 },
    { gamma: 1e9 },
  ];
  const all = Object.entries(matrices).flatMap(([name, matrix]) =>
    cases.map((parameters) => [name, parameters, matrix] as const),
  );

  it.each(all)('is the best there is: %s, %p', async (_, parameters, matrix) => {
    const { trees, gains } = await boostTrees(matrix, { ...STUMP, ...parameters });
    const best = bestSplitOf(matrix, {
      lambda: 0,
      alpha: 0,
      min_child_weight: 1,
      gamma: 0,
      ...parameters,
    });
    const gained = gains.reduce((sum, gain) => sum + gain, 0);
    // Gains are written with 7 digits.
    expect(Math.abs(gained - best.gain)).toBeLessThanOrEqual(1e-6 * best.gain);
    expect(trees[0]?.splits.length).toBe(best.gain > 0 ? 3 : 1);
  });

  it('is the best there is at weighted rows', async () => {
    const matrix = smoothMatrix(60, 4);
    const weights = Float32Array.from(matrix.labels, (_, i) => 1 + (i % 5));
    const { gains } = await boostTrees({ ...matrix, weights }, STUMP);
    const best = bestSplitOf(
      { ...matrix, weights },
      { lambda: 0, alpha: 0, min_child_weight: 1, gamma: 0 },
    );
    expect(gains.reduce((sum, gain) => sum + gain, 0) / best.gain).toBeCloseTo(1, 5);
  });

  it('has the leaves of Newton’s step, with both penalties', async () => {
    // From the mean, 3, the sums of gradients are 8 and -8 of 4 rows each; less 2 (alpha) and over
    // 4 + 2 (lambda): leaves -+1, times 0.5 (eta).
    const matrix = column([1, 1, 1, 1, 2, 2, 2, 2], [1, 1, 1, 1, 5, 5, 5, 5]);
    const { base, trees } = await boostTrees(matrix, { ...STUMP, eta: 0.5, lambda: 2, alpha: 2 });
    expect(base).toBe(3);
    expect(trees).toEqual([{ splits: [1, -1, -1], values: [1.5, -0.5, 0.5], covers: [4, 4] }]);
  });

  it('counts a weighted row as often as it weighs', async () => {
    const once = smoothMatrix(60, 3);
    const weights = once.labels.map((_, i) => 1 + (i % 3));
    const repeated = [...once.labels.keys()].flatMap((i) => new Array<number>(weights[i]!).fill(i));
    const often = {
      rows: Float32Array.from(repeated.flatMap((i) => [...rowOf(once, i)])),
      columns: 3,
      labels: Float32Array.from(repeated, (i) => once.labels[i]!),
    };
    const parameters = { rounds: 8, max_depth: 3 };
    const weighted = prepareTrees(await boostTrees({ ...once, weights }, parameters));
    const counted = prepareTrees(await boostTrees(often, parameters));
    for (const i of once.labels.keys()) {
      // Labels around 100 as 32-bit floats: 8 additions of 8e-6.
      const difference = weighted.predict(rowOf(once, i)) - counted.predict(rowOf(once, i));
      expect(Math.abs(difference)).toBeLessThan(1e-4);
    }
  });
});

describe('missing values', () => {
  const NONE = Number.NaN;

  it.each([
    ['low', 0, 1],
    ['high', 10, 0],
  ])('go where their labels lie: %s', async (_, label, goesLeft) => {
    const matrix = column([1, 2, 3, 4, NONE, NONE], [0, 0, 10, 10, label, label]);
    const { trees } = await boostTrees(matrix, STUMP);
    expect(trees[0]?.splits[0]).toBe(goesLeft);
    expect(trees[0]?.values[0]).toBe(2.5);
  });

  it('are told from all values, the largest floats included', async () => {
    const most = 3.4028234663852886e38;
    const matrix = column([-most, 1, most, NONE, NONE], [0, 0, 0, 8, 8]);
    const { predict } = prepareTrees(await boostTrees(matrix, STUMP));
    expect([-most, 1, most, NONE].map((value) => predict([value]))).toEqual([0, 0, 0, 8]);
  });

  it('are split from all values of a node, though larger ones are elsewhere', async () => {
    const low = [1, 2, NONE, NONE, 1, 2].flatMap((value) => [value, 0]);
    const high = [9, 9, 9, 9].flatMap((value) => [value, 1]);
    const labels = Float32Array.of(0, 0, 8, 8, 0, 0, 100, 100, 100, 100);
    const matrix = { rows: Float32Array.of(...low, ...high), columns: 2, labels };
    // The second column parts the labels of 100, then the first one 0 from 8.
    const { predict } = prepareTrees(await boostTrees(matrix, { ...STUMP, max_depth: 2 }));
    expect(Float32Array.from(labels, (_, i) => predict(rowOf(matrix, i)))).toEqual(labels);
  });

  it('belong to the heavier side where there were none', async () => {
    const split = async (...labels: number[]) =>
      (await boostTrees(column([1, 2, 3], labels), STUMP)).trees[0]?.splits[0];
    expect(await split(0, 0, 9)).toBe(1);
    expect(await split(0, 9, 9)).toBe(0);
  });

  it('and -1 and its neighbours are all told apart', async () => {
    const boosting = { rounds: 60, eta: 0.5, lambda: 0 };
    // Every combination is there without noise, the labels are whole numbers.
    expect(await meanError(awkwardMatrix(2_000), boosting)).toBeLessThan(0.01);
  });
});

describe('trees', () => {
  it('are a state that core reads', async () => {
    const trees = await boostTrees(awkwardMatrix(300), SMALL);
    expect(BoostedTreesSchema.parse(JSON.parse(JSON.stringify(trees)))).toEqual(trees);
    for (const { covers } of trees.trees) {
      expect(covers.reduce((sum, cover) => sum + cover, 0)).toBe(300);
    }
  });

  it('are the same whether the sums of a node are kept or counted afresh', async () => {
    // Nodes of fewer rows than a column has bins on average are counted afresh: 200 constant columns
    // bring that average from 60 to 4.
    const narrow = smoothMatrix(600, 6);
    const columns = 206;
    const rows = new Float32Array(600 * columns).fill(7);
    for (let i = 0; i < 600; i++) rows.set(rowOf(narrow, i), i * columns);
    const parameters = { ...SMALL, max_bin: 60, lambda: 0.5 };
    const { trees } = await boostTrees({ ...narrow, rows, columns }, parameters);
    expect(trees).toEqual((await boostTrees(narrow, parameters)).trees);
  });

  it('grown by their gains are those grown level by level once they are complete', async () => {
    const matrix = smoothMatrix(200, 4);
    const byLevel = await boostTrees(matrix, { ...SMALL, max_depth: 3 });
    const leafWise = { ...SMALL, max_depth: 3, grow_policy: 'lossguide', max_leaves: 8 } as const;
    expect(await boostTrees(matrix, leafWise)).toEqual(byLevel);
  });

  it('grown by their gains have no more leaves than asked for, and go deep where it pays', async () => {
    const parameters = {
      rounds: 3,
      max_depth: 10,
      grow_policy: 'lossguide',
      max_leaves: 5,
    } as const;
    const { trees } = await boostTrees(smoothMatrix(400, 4), parameters);
    for (const { covers } of trees) expect(covers).toHaveLength(5);
    const depthwise = { rounds: 3, max_depth: 2 };
    expect(await meanError(smoothMatrix(400, 4), parameters)).toBeLessThan(
      await meanError(smoothMatrix(400, 4), depthwise),
    );
  });

  it('are the same for the same seed, and others for another', async () => {
    const parameters = { ...SMALL, subsample: 0.5, colsample_bytree: 0.5 };
    const train = (seed: number) => boostTrees(smoothMatrix(200), { ...parameters, seed });
    const [first, again, other] = [await train(3), await train(3), await train(4)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('predict the only label there is, and two points', async () => {
    const one = await boostTrees(column([7], [4]), { rounds: 3 });
    expect(prepareTrees(one).predict([Number.NaN])).toBe(4);
    const { predict } = prepareTrees(await boostTrees(column([1, 2], [3, 5]), STUMP));
    expect([predict([1]), predict([2])]).toEqual([3, 5]);
  });

  it('say nothing of columns that are constant or all missing', async () => {
    const flat = {
      rows: Float32Array.of(7, NaN, 7, NaN, 7, NaN),
      columns: 2,
      labels: Float32Array.of(1, 2, 6),
    };
    const { trees, base } = await boostTrees(flat, { rounds: 2 });
    expect(base).toBe(3);
    expect(trees).toEqual([0, 0].map(() => ({ splits: [-1], values: [0], covers: [3] })));
  });
});

describe('losses', () => {
  // Skewed on purpose: no two quantiles are the mean.
  const labels = Array.from({ length: 41 }, (_, i) => (i / 8) ** 3);
  const flat = column(
    labels.map(() => 1),
    labels,
  );

  it.each([0.05, 0.5, 0.9])('predict the %p quantile where nothing else is known', async (q) => {
    const parameters = { ...STUMP, objective: 'reg:quantileerror', quantile_alpha: q } as const;
    const { predict } = prepareTrees(await boostTrees(flat, { ...parameters, base_score: 0 }));
    expect(predict([1])).toBeCloseTo(quantile(labels, q), 4);
  });

  it('predict quantiles of each side of a split, and medians for absolute errors', async () => {
    const matrix = column([1, 1, 1, 2, 2, 2], [1, 2, 9, 11, 12, 19]);
    const parameters = { ...STUMP, objective: 'reg:absoluteerror' } as const;
    const { predict } = prepareTrees(await boostTrees(matrix, parameters));
    expect([predict([1]), predict([2])]).toEqual([2, 12]);
  });

  it('pull by the share that shall lie on the other side', () => {
    const { gradient, loss } = objectiveOf(
      completeParameters({ objective: 'reg:quantileerror', quantile_alpha: 0.8 }),
    );
    expect([gradient(3, 1), gradient(1, 3)]).toEqual([1 - 0.8, -0.8]);
    expect([loss(3, 1), loss(1, 3)]).toEqual([2 * (1 - 0.8), 2 * 0.8]);
  });

  it('count weights', async () => {
    const parameters = { ...STUMP, objective: 'reg:absoluteerror' } as const;
    const weights = Float32Array.of(1, 1, 5);
    const matrix = { ...column([1, 1, 1], [1, 2, 9]), weights };
    expect(prepareTrees(await boostTrees(matrix, parameters)).predict([1])).toBe(9);
  });

  it('put so many labels below as the quantile says, between many splits', async () => {
    const matrix = smoothMatrix(600, 3);
    const parameters = { rounds: 60, max_depth: 3, min_child_weight: 20 };
    const { predict } = prepareTrees(
      await boostTrees(matrix, {
        ...parameters,
        objective: 'reg:quantileerror',
        quantile_alpha: 0.8,
      }),
    );
    const below = matrix.labels.filter((label, i) => label <= predict(rowOf(matrix, i))).length;
    // In every leaf 80 % of the errors were put below it, within one row.
    expect(Math.abs(below / 600 - 0.8)).toBeLessThan(0.05);
  });
});

describe('early stopping', () => {
  /** The newest quarter moves half as far from 100: past half the way everything learned makes it worse. */
  const changing = (): TrainingMatrix => {
    const matrix = smoothMatrix(400, 3);
    const labels = matrix.labels.map((label, i) => (i < 300 ? label : 100 + (label - 100) / 2));
    return { ...matrix, labels };
  };
  const parameters = { rounds: 100, early_stopping_rounds: 5, validation_share: 0.25 };

  it('ends, and leaves out the trees that did not help', async () => {
    const matrix = changing();
    let asked = 0;
    const trees = await boostTrees(matrix, parameters, { checkpoint: () => asked++ });
    const rounds = trees.trees.length;
    expect(rounds).toBeGreaterThan(1);
    // Once before the first, and 5 trees were grown in vain.
    expect(asked).toBe(1 + rounds + 5);
    const known = {
      rows: matrix.rows.subarray(0, 900),
      columns: 3,
      labels: matrix.labels.subarray(0, 300),
    };
    expect(trees).toEqual(await boostTrees(known, { rounds }));
  });

  it('goes on as long as it helps, and learns nothing of the rows it validates on', async () => {
    const matrix = smoothMatrix(400, 3);
    const trees = await boostTrees(matrix, { ...parameters, rounds: 12 });
    expect(trees.trees).toHaveLength(12);
    const labels = matrix.labels.map((label, i) => (i < 300 ? label : label + 0.001));
    expect(await boostTrees({ ...matrix, labels }, { ...parameters, rounds: 12 })).toEqual(trees);
  });
});

describe('a training', () => {
  it('leaves its input as it was, and asks its checkpoint before the first and after every round', async () => {
    const matrix = awkwardMatrix(100);
    const copy = { rows: matrix.rows.slice(), labels: matrix.labels.slice() };
    let calls = 0;
    await boostTrees(matrix, SMALL, { checkpoint: () => calls++ });
    expect(matrix.rows).toEqual(copy.rows);
    expect(matrix.labels).toEqual(copy.labels);
    expect(calls).toBe(1 + 10);
  });

  it('ends with what its checkpoint throws, and when its signal is aborted', async () => {
    const controller = new AbortController();
    const matrix = smoothMatrix(100);
    const late = () => {
      throw new Error('out of time');
    };
    await expect(boostTrees(matrix, SMALL, { checkpoint: late })).rejects.toThrow('out of time');
    const { signal } = controller;
    // From outside, between two trees.
    setImmediate(() => controller.abort(new Error('no longer wanted')));
    const rounds = { rounds: 2_000, max_depth: 1 };
    await expect(boostTrees(matrix, rounds, { signal })).rejects.toThrow('no longer wanted');
  });

  it('gives its memory back, however it ends', async () => {
    const loaded = loadKernels();
    if (!loaded.isAvailable) throw new Error(loaded.reason.message);
    const before = loaded.kernels.bytesInUse;
    const matrix = smoothMatrix(100);
    await boostTrees(matrix, SMALL);
    let calls = 0;
    const late = () => {
      if (++calls === 3) throw new Error('out of time');
    };
    await expect(boostTrees(matrix, SMALL, { checkpoint: late })).rejects.toThrow('out of time');
    expect(loaded.kernels.bytesInUse).toBe(before);
  });

  it('says so when 32-bit floats do not reach', async () => {
    const apart = column([1, 2], [-3.4e38, 3.4e38]);
    expect(await rejectionOf(boostTrees(apart, { ...STUMP, base_score: -3.4e38 }))).toBe(
      'FIT_DID_NOT_CONVERGE',
    );
  });

  it.each<BoostingParameters>([
    { rounds: 0 },
    { max_depth: 13 },
    { eta: 0 },
    { subsample: 1.1 },
    { colsample_bytree: 0 },
    { lambda: -1 },
    { gamma: Number.NaN },
    { max_bin: 1 },
    { max_bin: 257 },
    { seed: -1 },
    { base_score: Infinity },
    { tree_method: 'exact' },
    { quantile_alpha: 1 },
    { max_leaves: 8 },
    { early_stopping_rounds: 3, validation_share: 0.001 },
  ])('refuses parameters out of range or not its own: %p', async (parameters) => {
    await expect(boostTrees(smoothMatrix(20), parameters)).rejects.toThrow(RangeError);
  });

  it.each<[string, Partial<TrainingMatrix>]>([
    ['a value too few', { rows: new Float32Array(5) }],
    ['an infinite value', { rows: Float32Array.of(1, Infinity) }],
    ['a missing label', { labels: Float32Array.of(1, Number.NaN) }],
    ['a weight of 0', { weights: Float32Array.of(1, 0) }],
    ['a weight too few', { weights: Float32Array.of(1) }],
  ])('comes with a matrix: not %s', async (_, wrong) => {
    await expect(boostTrees({ ...column([1, 2], [1, 2]), ...wrong })).rejects.toThrow(RangeError);
  });
});
