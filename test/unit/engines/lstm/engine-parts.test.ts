import { beforeAll, describe, expect, it } from '@jest/globals';
import { type LstmNetwork, splitWeights, weightCount } from '#core/forecast/lstm-network.ts';
import type { LstmParameters, PathLoss } from '#core/forecast/lstm-parameters.ts';
import { createAdam } from '#engines/lstm/adam.ts';
import { buildNetwork } from '#engines/lstm/build-network.ts';
import { initialWeights } from '#engines/lstm/initial-weights.ts';
import { loadTensorFlow, type TensorFlow } from '#engines/lstm/load-tensorflow.ts';
import { lossOf } from '#engines/lstm/loss.ts';

let tf: TensorFlow;
beforeAll(async () => {
  tf = await loadTensorFlow();
});

const NETWORK: LstmNetwork = {
  inputs: 3,
  layers: [
    { units: 4, bidirectional: true },
    { units: 2, bidirectional: false },
  ],
  heads: [
    { units: 3, outputs: 2 },
    { units: 3, outputs: 1 },
  ],
};

describe('the weights a training starts from', () => {
  const parts = splitWeights(NETWORK, initialWeights(NETWORK, 1, 'random'));

  it('are uniform within the limit of Glorot and Bengio', () => {
    // The first kernel is 3 × 16: the square root of 6 / 19.
    const limit = Math.sqrt(6 / 19);
    for (const value of parts[0]!) expect(Math.abs(value)).toBeLessThanOrEqual(limit);
    expect(Math.max(...parts[0]!)).toBeGreaterThan(limit / 2);
  });

  it('have recurrent kernels of orthonormal rows', () => {
    // 4 rows of 16.
    const row = (r: number) => parts[1]!.subarray(r * 16, (r + 1) * 16);
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 4; b++) {
        const product = row(a).reduce((sum, value, i) => sum + value * row(b)[i]!, 0);
        expect(product).toBeCloseTo(a === b ? 1 : 0, 6);
      }
    }
  });

  it('have biases of 0, but 1 for the forget gates', () => {
    expect([...parts[2]!]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...parts[10]!]).toEqual([0, 0, 0]);
  });

  it('can let the heads begin with nothing', () => {
    const still = splitWeights(NETWORK, initialWeights(NETWORK, 1, 'zero'));
    expect([...still[11]!]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...still[15]!]).toEqual([0, 0, 0]);
    expect([...still[9]!]).not.toContain(0);
  });

  it('are others for another seed', () => {
    expect(initialWeights(NETWORK, 1, 'zero')).toEqual(initialWeights(NETWORK, 1, 'zero'));
    expect(initialWeights(NETWORK, 2, 'zero')).not.toEqual(initialWeights(NETWORK, 1, 'zero'));
  });
});

describe('a network inside TensorFlow.js', () => {
  it('keeps its weights in their order', () => {
    const built = buildNetwork(tf, NETWORK, 2);
    const weights = initialWeights(NETWORK, 3, 'random');
    built.writeWeights(weights);
    expect(built.readWeights()).toEqual(weights);
    built.dispose();
  });

  it('drops out by the seed of the batch, and only in training', () => {
    let batch = 1;
    const seed = (place: number) => 100 * batch + place;
    const before = tf.core.memory().numTensors;
    const built = buildNetwork(tf, NETWORK, 2, { recurrent: 0.5, heads: 0.5, seed });
    built.writeWeights(new Float32Array(weightCount(NETWORK)).fill(0.5));
    const run = (isTraining: boolean) =>
      tf.core.tidy(() => {
        const windows = tf.core.tensor3d(new Float32Array(48).fill(0.5), [8, 2, 3]);
        return [...built.run(windows, isTraining)[0]!.dataSync()];
      });
    const first = run(true);
    expect(run(true)).toEqual(first);
    batch = 2;
    expect(run(true)).not.toEqual(first);
    // All eight windows are the same, and so are all weights: without dropout there is one answer.
    expect(new Set(run(false)).size).toBe(1);
    expect(new Set(first).size).toBeGreaterThan(1);
    built.dispose();
    expect(tf.core.memory().numTensors).toBe(before);
  });
});

describe('the loss', () => {
  const goal = (loss: PathLoss): LstmParameters['goal'] => ({
    form: 'path',
    horizons: [1, 3],
    weights: [1, 3],
    loss,
  });
  const lossFor = (
    which: LstmParameters['goal'],
    heads: number[][],
    actuals: number[],
    isPresent: number[],
  ) =>
    tf.core.tidy(() => {
      const row = (values: number[]) => tf.core.tensor2d([values]);
      const targets = { actuals: row(actuals), isPresent: row(isPresent) };
      return lossOf(tf, which, heads.map(row), targets).dataSync()[0];
    });

  it('of one step is the mean squared error', () => {
    expect(lossFor({ form: 'one-step', rollOut: 1 }, [[1]], [4], [1])).toBeCloseTo(9, 6);
  });

  it.each([
    // Head 1 errs by 2; head 2 by 1 and -0.5: weights 1 and 3 of 4.
    ['mse', (4 + 3 * ((1 + 0.25) / 2)) / 4],
    ['mae', (2 + 3 * ((1 + 0.5) / 2)) / 4],
    // 2 - 1/2; 1/2 and 0.25 / 2.
    ['huber', (1.5 + 3 * ((0.5 + 0.125) / 2)) / 4],
  ] as const)('%s is weighted by head', (loss, expected) => {
    expect(lossFor(goal(loss), [[0], [1, 1]], [2, 2, 0.5], [1, 1, 1])).toBeCloseTo(expected, 6);
  });

  it('passes over what has no actual', () => {
    const value = lossFor(goal('mae'), [[0], [1, 1]], [2, 0, 0.5], [1, 0, 1]);
    expect(value).toBeCloseTo((2 + 3 * 0.5) / 4, 6);
    expect(lossFor(goal('mae'), [[0], [1, 1]], [0, 0, 0], [0, 0, 0])).toBe(0);
  });

  it('of quantiles is the mean pinball loss of the three', () => {
    // Median 1, softplus(0) = ln 2 below and above. Actual 3: errors 2 + ln 2 at .1, 2 at .5 and
    // 2 - ln 2 at .9. In the second head all is exact at the median: ln 2 × (.1, 0, .1).
    const first = (0.1 * (2 + Math.LN2) + 0.5 * 2 + 0.9 * (2 - Math.LN2)) / 3;
    const second = (0.2 * Math.LN2) / 3;
    const heads = [
      [1, 0, 0],
      [5, 6, 0, 0, 0, 0],
    ];
    expect(lossFor(goal('quantile'), heads, [3, 5, 6], [1, 1, 1])).toBeCloseTo(
      (first + 3 * second) / 4,
      6,
    );
  });
});

describe('Adam', () => {
  const options = { learningRate: 0.1, weightDecay: 0, clipNorm: 1e9 };

  /** The weights after each update with these gradients. */
  function follow(gradients: readonly number[][], changes: object = {}): number[][] {
    return tf.core.tidy(() => {
      const weights = tf.core.variable(tf.core.tensor1d([1, -2]), true, 'w');
      const adam = createAdam(tf, [weights]);
      return gradients.map((gradient) => {
        adam.apply({ w: tf.core.tensor1d(gradient) }, { ...options, ...changes });
        return [...weights.dataSync()];
      });
    });
  }

  it('moves by the learning rate at first, whatever the size of the gradient', () => {
    const [first] = follow([[1000, -0.01]]);
    expect(first![0]).toBeCloseTo(1 - 0.1, 5);
    expect(first![1]).toBeCloseTo(-2 + 0.1, 4);
    tf.core.disposeVariables();
  });

  it('remembers gradients and their squares', () => {
    // Gradients 1, then 0. After the second: m = 0.09, v = 0.000999, corrections 0.19 and 0.001999:
    // 0.1 × (0.09 / 0.19) / sqrt(0.000999 / 0.001999) = 0.0670058
    const [, second] = follow([
      [1, 0],
      [0, 0],
    ]);
    expect(second![0]).toBeCloseTo(1 - 0.1 - 0.0670058, 5);
    tf.core.disposeVariables();
  });

  it('shortens long gradients, and says how long they were', () => {
    tf.core.tidy(() => {
      const weights = tf.core.variable(tf.core.tensor1d([0, 0]), true, 'w');
      const adam = createAdam(tf, [weights]);
      const norm = adam.apply({ w: tf.core.tensor1d([3, 4]) }, { ...options, clipNorm: 1 });
      expect(norm).toBeCloseTo(5, 6);
      // A tenth of 3/5 and 4/5.
      const { firstMoments } = adam.state();
      expect(firstMoments[0]).toBeCloseTo(0.06, 6);
      expect(firstMoments[1]).toBeCloseTo(0.08, 6);
    });
    tf.core.disposeVariables();
  });

  it('pulls weights towards zero when told to', () => {
    const [first] = follow([[0, 0]], { weightDecay: 0.01 });
    expect(first![0]).toBeCloseTo(0.9, 4);
    expect(first![1]).toBeCloseTo(-1.9, 4);
    tf.core.disposeVariables();
  });
});
