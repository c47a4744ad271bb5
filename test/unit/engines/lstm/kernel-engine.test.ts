import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { runNetwork, weightShapes, weightSize } from '#core/forecast/lstm-network.ts';
import { type LstmParameters, networkOf } from '#core/forecast/lstm-parameters.ts';
import { seededRandom, uniform } from '#core/math/random.ts';
import { HOUR } from '#core/time.ts';
import { initialWeights } from '#engines/lstm/initial-weights.ts';
import { kernelEngine } from '#engines/lstm/kernel-engine.ts';
import { lossAndChanges, lossShares } from '#engines/lstm/loss-gradient.ts';
import { lstm } from '#engines/lstm/lstm.ts';
import { tensorflowEngine } from '#engines/lstm/tensorflow-engine.ts';
import type { TrainableNetwork, TrainingEngine } from '#engines/lstm/training-engine.ts';
import { type Batch, targetReach } from '#engines/lstm/training-set.ts';
import { loadKernels } from '#kernels/kernels.ts';
import { daysWithNoise } from '#test/helpers/histories.ts';
import { tinyMora, tinyMultiHorizon } from '#test/helpers/tiny-lstm.ts';

const INPUTS = 5;
const NO_DROPOUT = { dropout: 0, headDropout: 0, clipNorm: 1e9 };
const noSeed = () => 0;

/** Every form of a loss; units that are no multiple of eight, layers in both directions. */
const goals: readonly (readonly [name: string, LstmParameters])[] = [
  ['one step', tinyMora(NO_DROPOUT)],
  ...(['quantile', 'mse', 'mae', 'huber'] as const).map((loss) => {
    const goal = { form: 'path' as const, horizons: [2, 5], weights: [1, 3], loss };
    return [loss, tinyMultiHorizon({ ...NO_DROPOUT, goal })] as const;
  }),
];

/** Windows of noise, a tenth of the targets missing. */
function batchOf({ window, goal }: LstmParameters, count: number): Batch {
  const random = seededRandom(2, 'batch');
  const numbers = (length: number) => Float32Array.from({ length }, () => uniform(random, -2, 2));
  const targets = count * targetReach(goal);
  return {
    windows: numbers(count * window * INPUTS),
    actuals: numbers(targets),
    isPresent: Float32Array.from({ length: targets }, () => (random() < 0.1 ? 0 : 1)),
  };
}

function weightsOf(parameters: LstmParameters): Float32Array {
  return initialWeights(networkOf(parameters, INPUTS), 1, 'random');
}

function opened(engine: TrainingEngine, parameters: LstmParameters): TrainableNetwork {
  const network = networkOf(parameters, INPUTS);
  const trainable = engine.open({ network, parameters, reach: targetReach(parameters.goal) });
  trainable.writeWeights(weightsOf(parameters));
  return trainable;
}

/** The gradients of a batch: after the first update the running means are a tenth of them. */
function gradientsBy(engine: TrainingEngine, parameters: LstmParameters, batch: Batch) {
  const trainable = opened(engine, parameters);
  const before = trainable.lossOf(batch);
  const loss = trainable.train(batch, parameters.learningRate, noSeed);
  const gradients = Float64Array.from(trainable.optimizerState().firstMoments, (each) => 10 * each);
  const weights = trainable.readWeights();
  trainable.dispose();
  return { loss, before, gradients, weights };
}

/** The loss by the evaluation that serves, in double precision. */
function lossInTypeScript(parameters: LstmParameters, batch: Batch, weights: Float32Array): number {
  const network = networkOf(parameters, INPUTS);
  const reach = targetReach(parameters.goal);
  const size = parameters.window * INPUTS;
  const shares = lossShares(parameters.goal, batch, reach);
  let loss = 0;
  for (let row = 0; row * reach < batch.actuals.length; row++) {
    const outputs = runNetwork(
      network,
      weights,
      batch.windows.subarray(row * size, (row + 1) * size),
    );
    const heads = outputs.map((values) => ({ values, stride: values.length }));
    loss += lossAndChanges(parameters.goal, heads, {
      batch,
      reach,
      firstRow: row,
      rows: 1,
      shares,
    });
  }
  return loss;
}

const largest = (values: ArrayLike<number>) =>
  Array.from(values).reduce((most, each) => Math.max(most, Math.abs(each)), 0);

describe.each(goals)('the gradients of the kernels, %s', (_, parameters) => {
  const batch = batchOf(parameters, 13);

  it('are those of TensorFlow.js', async () => {
    const ours = gradientsBy(await kernelEngine(), parameters, batch);
    const theirs = gradientsBy(await tensorflowEngine(), parameters, batch);
    expect(ours.loss).toBeCloseTo(theirs.loss, 5);
    expect(ours.loss).toBe(ours.before);
    const difference = ours.gradients.map((each, i) => each - theirs.gradients[i]!);
    expect(largest(difference)).toBeLessThan(1e-4 * largest(theirs.gradients));
    // A first update moves a weight by the learning rate, whatever the size of its gradient.
    const moved = ours.weights.map((each, i) => each - theirs.weights[i]!);
    expect(largest(moved)).toBeLessThan(parameters.learningRate / 10);
  });

  it('are the differences of the loss, weight by weight', async () => {
    const { gradients } = gradientsBy(await kernelEngine(), parameters, batch);
    const weights = weightsOf(parameters);
    let at = 0;
    for (const shape of weightShapes(networkOf(parameters, INPUTS))) {
      // Along the gradient of one kernel or bias alone its length is the slope.
      const own = gradients.subarray(at, at + weightSize(shape));
      const length = Math.hypot(...own);
      expect(length).toBeGreaterThan(0);
      const lossAt = (step: number) => {
        const moved = weights.slice();
        for (const [i, each] of own.entries()) moved[at + i]! += (step * each) / length;
        return lossInTypeScript(parameters, batch, moved);
      };
      const slope = (lossAt(STEP) - lossAt(-STEP)) / (2 * STEP);
      expect(Math.abs(slope - length)).toBeLessThan(SLOPE_TOLERANCE * length);
      at += own.length;
    }
  });
});

/** Long beside the rounding of single weights (6e-8), short beside the bends of the loss. */
const STEP = 1e-4;
const SLOPE_TOLERANCE = 0.01;

describe('a network in the kernels', () => {
  it('keeps its weights in their order, and those that fill up at 0', async () => {
    const engine = await kernelEngine();
    const parameters = tinyMultiHorizon();
    const trainable = opened(engine, parameters);
    expect(trainable.readWeights()).toEqual(weightsOf(parameters));
    trainable.dispose();
  });

  it('drops out by its seeds, and only in training', async () => {
    const parameters = tinyMultiHorizon({ dropout: 0.3, headDropout: 0.4 });
    const batch = batchOf(parameters, 8);
    const trainable = opened(await kernelEngine(), parameters);
    const weights = trainable.readWeights();
    const loss = (seed: (place: number) => number) => {
      trainable.writeWeights(weights);
      return trainable.train(batch, 0.001, seed);
    };
    const asked: number[] = [];
    const first = loss((place) => {
      asked.push(place);
      return place;
    });
    // Two layers and two heads.
    expect(asked).toEqual([0, 1, 2, 3]);
    expect(loss((place) => place)).toBe(first);
    for (const changed of asked) {
      expect(loss((place) => (place === changed ? 99 : place))).not.toBe(first);
    }
    trainable.writeWeights(weights);
    expect(trainable.lossOf(batch)).toBe(trainable.lossOf(batch));
    trainable.dispose();
  });

  it('has gradients through its dropouts', async () => {
    const parameters = tinyMultiHorizon({ ...NO_DROPOUT, dropout: 0.3, headDropout: 0.4 });
    const batch = batchOf(parameters, 16);
    const engine = await kernelEngine();
    const { gradients } = gradientsBy(engine, parameters, batch);
    const length = Math.hypot(...gradients);
    const weights = weightsOf(parameters);
    const trainable = opened(engine, parameters);
    const lossAt = (step: number) => {
      trainable.writeWeights(weights.map((each, i) => each + (step * gradients[i]!) / length));
      return trainable.train(batch, 0.001, noSeed);
    };
    // Longer than above: here the loss itself is of single precision.
    const slope = (lossAt(0.01) - lossAt(-0.01)) / 0.02;
    expect(Math.abs(slope - length)).toBeLessThan(0.02 * length);
    trainable.dispose();
  });

  it('learns from a batch in parts what it learns at once', async () => {
    const parameters = tinyMultiHorizon(NO_DROPOUT);
    const batch = batchOf(parameters, 13);
    const whole = gradientsBy(await kernelEngine(), parameters, batch);
    // Four windows are the least: the batch has four parts.
    const parts = gradientsBy(await kernelEngine({ mostBytes: 1 }), parameters, batch);
    expect(parts.loss).toBeCloseTo(whole.loss, 6);
    const difference = parts.gradients.map((each, i) => each - whole.gradients[i]!);
    expect(largest(difference)).toBeGreaterThan(0);
    expect(largest(difference)).toBeLessThan(1e-5 * largest(whole.gradients));
  });

  it('leaves its weights alone when the gradients are not finite', async () => {
    const parameters = tinyMora(NO_DROPOUT);
    const batch = batchOf(parameters, 4);
    batch.actuals[0] = Infinity;
    const trainable = opened(await kernelEngine(), parameters);
    expect(trainable.train(batch, 0.001, noSeed)).toBe(Infinity);
    expect(trainable.readWeights()).toEqual(weightsOf(parameters));
    expect(trainable.optimizerState().updates).toBe(0);
    trainable.dispose();
  });

  it('shortens gradients and pulls weights towards zero as it is told', async () => {
    const parameters = tinyMora({ ...NO_DROPOUT, weightDecay: 0.01 });
    const batch = batchOf(parameters, 8);
    const engine = await kernelEngine();
    const plain = gradientsBy(engine, { ...parameters, weightDecay: 0 }, batch).gradients;
    const weights = weightsOf(parameters);
    const pulled = gradientsBy(engine, parameters, batch).gradients;
    const expected = plain.map((each, i) => each + 0.01 * weights[i]!);
    expect(largest(pulled.map((each, i) => each - expected[i]!))).toBeLessThan(1e-6);
    const short = gradientsBy(engine, { ...parameters, clipNorm: 0.01 }, batch).gradients;
    expect(Math.hypot(...short)).toBeCloseTo(0.01, 6);
  });
});

describe('trainings by the kernels', () => {
  const target = daysWithNoise(90, HOUR);

  it('leave no memory behind, however many there are', async () => {
    const loaded = loadKernels();
    if (!loaded.isAvailable) throw new Error(loaded.reason.message);
    const { kernels } = loaded;
    const size = () => kernels.floats(0, 0).buffer.byteLength;
    const engine = await kernelEngine();
    const parameters = tinyMultiHorizon({ batchSize: 8 });
    const batch = batchOf(parameters, 8);
    const once = () => {
      const trainable = opened(engine, parameters);
      trainable.train(batch, 0.001, noSeed);
      trainable.dispose();
    };
    once();
    const before = [kernels.bytesInUse, size()];
    for (let i = 0; i < 200; i++) once();
    expect([kernels.bytesInUse, size()]).toEqual(before);
    expect(before[0]).toBe(0);
  });

  it('are the same in a thread of their own', async () => {
    const parameters = tinyMultiHorizon({ epochs: 2 });
    const module = new URL('../../../../src/engines/lstm/lstm.ts', import.meta.url).href;
    const program = `
      const { parentPort, workerData } = require('node:worker_threads');
      import('tsx/esm/api').then(({ register }) => {
        register();
        return import(workerData.module);
      }).then(({ lstm }) => lstm(workerData.parameters).fit({ target: workerData.target }))
        .then((fitted) => parentPort.postMessage(fitted.toState()));`;
    const workerData = { module, parameters, target };
    const worker = new Worker(program, { eval: true, workerData, execArgv: [] });
    try {
      const there = await new Promise<unknown>((resolve, reject) => {
        worker.on('message', resolve);
        worker.on('error', reject);
      });
      const here = await lstm(parameters).fit({ target });
      expect(there).toEqual(here.toState());
    } finally {
      await worker.terminate();
    }
  });

  it('are left to TensorFlow.js where the kernels do not run, and say so', async () => {
    const reason = { code: 'SIMD_UNAVAILABLE', message: 'no vectors' } as const;
    const engine = () => kernelEngine({ load: () => ({ isAvailable: false, reason }) });
    const fitted = await lstm(tinyMora({ epochs: 1 }), { engine }).fit({ target });
    const { training } = fitted.toState();
    expect(training.fallback).toEqual(reason);
    expect(training.backend).toMatch(/^(wasm|tensorflow) /);
    const own = await lstm(tinyMora({ epochs: 1 })).fit({ target });
    expect(own.toState().training).not.toHaveProperty('fallback');
  });
});
