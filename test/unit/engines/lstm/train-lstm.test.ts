import { beforeAll, describe, expect, it } from '@jest/globals';
import type { History } from '#core/forecast/forecaster.ts';
import { type LstmState, LstmStateSchema, restoreLstm } from '#core/forecast/lstm.ts';
import { type LstmNetwork, runNetwork } from '#core/forecast/lstm-network.ts';
import type { LstmParameters } from '#core/forecast/lstm-parameters.ts';
import { decodeFloat32 } from '#core/math/float32-base64.ts';
import { seededRandom } from '#core/math/random.ts';
import { HOUR } from '#core/time.ts';
import { buildNetwork } from '#engines/lstm/build-network.ts';
import { type LstmCheckpoint, LstmCheckpointSchema } from '#engines/lstm/checkpoint.ts';
import { loadTensorFlow, type TensorFlow } from '#engines/lstm/load-tensorflow.ts';
import { lstm, trainLstmSlice } from '#engines/lstm/lstm.ts';
import { tensorflowEngine } from '#engines/lstm/tensorflow-engine.ts';
import { loadKernels } from '#kernels/kernels.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { daysWithNoise, mapped } from '#test/helpers/histories.ts';
import { tinyMora, tinyMultiHorizon } from '#test/helpers/tiny-lstm.ts';

/**
 * TensorFlow.js computes in single precision (2^-24 = 6e-8 a rounding, some hundreds of them on the way
 * to an output), the forward pass here in double.
 */
const PARITY = 1e-5;
const SEED = 11;
const LENGTH = 90;

const history: History = { target: daysWithNoise(LENGTH, HOUR) };
const PRESETS = { 'one step': tinyMora(), 'multi-horizon': tinyMultiHorizon() };
const presets = Object.entries(PRESETS);

let tf: TensorFlow;
const trained = new Map<string, LstmState>();

/** One training from beginning to end. */
async function trainAtOnce(parameters = PRESETS['one step']): Promise<LstmState> {
  const slice = await trainLstmSlice(history, parameters, { seed: SEED, shouldStop: () => false });
  if (!slice.done) throw new Error('the training stopped though nobody asked it to');
  return slice.state;
}

beforeAll(async () => {
  tf = await loadTensorFlow();
  for (const [name, parameters] of presets) trained.set(name, await trainAtOnce(parameters));
});

const bytesInUse = () => {
  const loaded = loadKernels();
  return loaded.isAvailable ? loaded.kernels.bytesInUse : Number.NaN;
};
const stateOf = (name: string): LstmState => LstmStateSchema.parse(trained.get(name));

describe.each(presets)('the training of a network, %s', (name, parameters) => {
  it('learns: its loss falls', async () => {
    const { training } = stateOf(name);
    const first = await trainAtOnce({ ...parameters, epochs: 1 });
    expect(training.trainingLoss).toBeLessThan(first.training.trainingLoss);
    expect(training).toMatchObject({ backend: 'kernels 1', seed: SEED, epochs: 3 });
  });

  it('gives what TensorFlow.js itself would answer, after JSON too', () => {
    const { network, weights, window } = LstmStateSchema.parse(
      JSON.parse(JSON.stringify(stateOf(name))),
    );
    const numbers = decodeFloat32(weights);
    for (const inputs of threeWindows(window * network.inputs)) {
      const ours = runNetwork(network, numbers, inputs).flatMap((head) => [...head]);
      const theirs = predictByEngine(network, numbers, window, inputs);
      expect(ours).toHaveLength(theirs.length);
      for (const [i, value] of theirs.entries()) {
        expect(Math.abs(ours[i]! - value)).toBeLessThan(PARITY * Math.max(1, Math.abs(value)));
      }
    }
  });

  it('ends with the same weights when it is killed again and again', async () => {
    let checkpoint: LstmCheckpoint | undefined;
    let slices = 0;
    for (;;) {
      let batches = 0;
      const slice = await trainLstmSlice(history, parameters, {
        seed: SEED,
        // Two batches a slice, where an epoch of the first preset has five.
        shouldStop: () => ++batches >= 2,
        ...(checkpoint === undefined ? {} : { checkpoint }),
      });
      slices++;
      if (slice.done) {
        expect(slice.state).toEqual(stateOf(name));
        break;
      }
      checkpoint = LstmCheckpointSchema.parse(JSON.parse(JSON.stringify(slice.checkpoint)));
    }
    expect(slices).toBeGreaterThan(2);
  });

  it('leaves no memory behind', async () => {
    const before = bytesInUse();
    await trainAtOnce({ ...parameters, epochs: 1 });
    await trainLstmSlice(history, parameters, { seed: SEED, shouldStop: () => true });
    expect(bytesInUse()).toBe(before);
  });

  it('is the same for the same seed, another for another', async () => {
    const one = { ...parameters, epochs: 1 };
    const weights = async (seed: number) => {
      const fitted = await lstm(one).fit(history, { random: seededRandom(seed, 'fit') });
      return fitted.toState().weights;
    };
    const first = await weights(1);
    expect(await weights(1)).toBe(first);
    expect(await weights(2)).not.toBe(first);
  });
});

describe('a fit with a checkpoint store', () => {
  const parameters = PRESETS['one step'];
  const memoryStore = () => {
    const saved: LstmCheckpoint[] = [];
    return {
      saved,
      load: async () => saved.at(-1),
      save: async (checkpoint: LstmCheckpoint) => {
        saved.push(LstmCheckpointSchema.parse(JSON.parse(JSON.stringify(checkpoint))));
      },
    };
  };
  const seeded = () => ({ random: seededRandom(3, 'fit') });

  it('saves before it gives up, and goes on where it stopped', async () => {
    const uninterrupted = await lstm(parameters).fit(history, seeded());
    const checkpoints = memoryStore();
    let left = 7;
    const outOfTime = () => {
      if (--left < 0) throw new Error('out of time');
    };
    const forecaster = lstm(parameters, { checkpoints });
    await expect(forecaster.fit(history, { ...seeded(), checkpoint: outOfTime })).rejects.toThrow(
      'out of time',
    );
    const { epoch, batch, optimizer } = checkpoints.saved.at(-1)!;
    // Seven batches were allowed, the eighth was trained before the time was asked for: 83 windows
    // end with a value before the last, four fifths of them are 66, so an epoch has five batches of 16.
    expect(optimizer.updates).toBe(8);
    expect([epoch, batch]).toEqual([1, 3]);
    const resumed = await forecaster.fit(history, seeded());
    expect(resumed.toState()).toEqual(uninterrupted.toState());
    // At the end of each epoch: the first before the stop, the others after it.
    expect(checkpoints.saved.map((each) => [each.epoch, each.isDone])).toEqual([
      [1, false],
      [1, false],
      [2, false],
      [3, true],
    ]);
  });

  it('does not train again what is done', async () => {
    const checkpoints = memoryStore();
    const forecaster = lstm(parameters, { checkpoints });
    const first = await forecaster.fit(history, seeded());
    const count = checkpoints.saved.length;
    const again = await forecaster.fit(history, seeded());
    expect(again.toState()).toEqual(first.toState());
    expect(checkpoints.saved).toHaveLength(count);
  });

  it('passes over a checkpoint of other data', async () => {
    const checkpoints = memoryStore();
    await lstm({ ...parameters, epochs: 1 }, { checkpoints }).fit(history, seeded());
    const [before] = checkpoints.saved;
    const other = mapped(history, (value, i) => (i === 3 ? value + 1 : value));
    const fitted = await lstm({ ...parameters, epochs: 1 }, { checkpoints }).fit(other, seeded());
    expect(fitted.toState().training.epochs).toBe(1);
    // It trained, from the beginning: as many updates as the first, other weights.
    const after = checkpoints.saved.at(-1)!;
    expect(after.optimizer.updates).toBe(before!.optimizer.updates);
    expect(after.weights).not.toBe(before!.weights);
  });

  it('refuses in a slice a checkpoint of another seed', async () => {
    const slice = await trainLstmSlice(history, parameters, { seed: 1, shouldStop: () => true });
    if (slice.done) throw new Error('done after one batch');
    const { checkpoint } = slice;
    const next = trainLstmSlice(history, parameters, {
      seed: 2,
      checkpoint,
      shouldStop: () => true,
    });
    expect(await rejectionOf(next)).toBe('STATE_INCOMPATIBLE');
  });
});

describe('the schedule of a training', () => {
  const train = async (changes: Partial<LstmParameters>) => {
    const parameters = tinyMora({ epochs: 30, ...changes });
    const saved: LstmCheckpoint[] = [];
    const checkpoints = {
      load: async () => undefined,
      save: async (each: LstmCheckpoint) => void saved.push(each),
    };
    await lstm(parameters, { checkpoints }).fit({ target: daysWithNoise(30, HOUR) });
    return saved;
  };

  it('ends when nothing improves and keeps the best', async () => {
    // An improvement of 9 is impossible after the first epoch, whatever the loss.
    const saved = await train({
      minDelta: 9,
      patience: 2,
      plateau: { patience: 9, factor: 0.5, minimum: 0 },
    });
    expect(saved.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(saved.at(-1)).toMatchObject({ isDone: true, best: { epoch: 1 } });
  });

  it('lowers the learning rate on a plateau, to its minimum', async () => {
    const plateau = { patience: 2, factor: 0.5, minimum: 0.0004 };
    const saved = await train({ minDelta: 9, patience: 6, plateau });
    expect(saved.map(({ learningRate }) => learningRate)).toEqual([
      0.001, 0.001, 0.0005, 0.0005, 0.0004, 0.0004, 0.0004,
    ]);
  });

  it('says so when the numbers run away', async () => {
    const target = daysWithNoise(30, HOUR);
    const parameters = { ...PRESETS['one step'], learningRate: 1e38, clipNorm: 1e38 };
    expect(await rejectionOf(lstm(parameters).fit({ target }))).toBe('FIT_DID_NOT_CONVERGE');
    expect(bytesInUse()).toBe(0);
  });
});

describe('a training by TensorFlow.js', () => {
  const parameters = tinyMultiHorizon({ epochs: 1 });
  const slice = (options: { shouldStop(): boolean; checkpoint?: LstmCheckpoint }) =>
    trainLstmSlice(history, parameters, { seed: SEED, engine: tensorflowEngine, ...options });

  it('goes on where it was stopped, leaving no tensor behind', async () => {
    const before = tf.core.memory().numTensors;
    const atOnce = await slice({ shouldStop: () => false });
    const first = await slice({ shouldStop: () => true });
    if (first.done) throw new Error('done after one batch');
    expect(first.checkpoint.backend).toBe(tf.backend);
    const second = await slice({ shouldStop: () => false, checkpoint: first.checkpoint });
    expect(second).toEqual(atOnce);
    expect(tf.core.memory().numTensors).toBe(before);
  });

  it('does not go on from the kernels, whose last digits differ', async () => {
    const first = await trainLstmSlice(history, parameters, { seed: SEED, shouldStop: () => true });
    if (first.done) throw new Error('done after one batch');
    const { checkpoint } = first;
    expect(await rejectionOf(slice({ shouldStop: () => true, checkpoint }))).toBe(
      'STATE_INCOMPATIBLE',
    );
  });
});

describe('the model of a training', () => {
  it('is the network on the newest values', async () => {
    const state = stateOf('one step');
    const fitted = restoreLstm(state);
    expect(fitted.cutoff).toBe(history.target.start + (LENGTH - 1) * HOUR);
    expect(state.memory.target.values).toHaveLength(6 + 24);
  });
});

function threeWindows(length: number): readonly Float32Array[] {
  const random = seededRandom(5, 'windows');
  return [
    Float32Array.from({ length }, () => random()),
    Float32Array.from({ length }, (_, i) => 3 * Math.sin(i)),
    new Float32Array(length).fill(-1.5),
  ];
}

function predictByEngine(
  network: LstmNetwork,
  weights: Float32Array,
  window: number,
  inputs: Float32Array,
): readonly number[] {
  const built = buildNetwork(tf, network, window);
  built.writeWeights(weights);
  const values = tf.core.tidy(() => {
    const x = tf.core.tensor3d(inputs, [1, window, network.inputs]);
    const outputs = built.model.predict(x);
    return (Array.isArray(outputs) ? outputs : [outputs]).flatMap((each) => [...each.dataSync()]);
  });
  built.dispose();
  return values;
}
