import { type Kernels, type LoadedKernels, loadKernels } from '#kernels/kernels.ts';
import { kernelLayout } from './kernel-layout.ts';
import { buildKernelNetwork, bytesAWindow } from './kernel-network.ts';
import { F32 } from './kernel-workspace.ts';
import { lossAndChanges, lossShares } from './loss-gradient.ts';
import { tensorflowEngine } from './tensorflow-engine.ts';
import type {
  AdamState,
  NetworkTask,
  TrainableNetwork,
  TrainingEngine,
} from './training-engine.ts';
import type { Batch } from './training-set.ts';

const DECAY_OF_MEAN = 0.9;
const DECAY_OF_SQUARES = 0.999;

/** More than a network has dropouts (8 layers, 32 heads): parts of a batch have masks of their own. */
const MOST_PLACES = 64;

/** How a training by the kernels runs. */
export interface KernelEngineOptions {
  /** How the kernels are found. */
  readonly load?: () => LoadedKernels;
  /** What trains where they cannot run. */
  readonly instead?: () => Promise<TrainingEngine>;
  /** A batch that needs more memory is trained in parts, whose gradients are added up. */
  readonly mostBytes?: number;
}

const MOST_BYTES = 64 * 2 ** 20;

/**
 * Trains by the kernels of Helios, in single precision with losses in double. Where they cannot run
 * TensorFlow.js does it, and `fallback` says why.
 */
export async function kernelEngine({
  load = loadKernels,
  instead = tensorflowEngine,
  mostBytes = MOST_BYTES,
}: KernelEngineOptions = {}): Promise<TrainingEngine> {
  const loaded = load();
  if (!loaded.isAvailable) return { ...(await instead()), fallback: loaded.reason };
  const { kernels } = loaded;
  return {
    backend: `kernels ${kernels.version}`,
    open: (task, optimizer) => open(kernels, task, windowsAtOnce(task, mostBytes), optimizer),
  };
}

function open(
  kernels: Kernels,
  { network, parameters, reach }: NetworkTask,
  mostWindows: number,
  from: AdamState | undefined,
): TrainableNetwork {
  const { goal, window } = parameters;
  const windowSize = window * network.inputs;
  const built = buildKernelNetwork(kernels, network, window, mostWindows, {
    recurrent: parameters.dropout,
    heads: parameters.headDropout,
  });
  const { weights, gradients, firsts, seconds, layout } = built;
  let updates = from?.updates ?? 0;
  const read = (address: number) => {
    const all = kernels.floats(address, layout.size);
    return Float32Array.from(layout.places, (place) => all[place]!);
  };
  const write = (address: number, values: Float32Array) => {
    const all = kernels.floats(address, layout.size);
    layout.places.forEach((place, i) => {
      all[place] = values[i]!;
    });
  };
  if (from) {
    write(firsts, from.firstMoments);
    write(seconds, from.secondMoments);
  }

  /** The loss of a batch, part by part; with seeds the gradients too. */
  const pass = (batch: Batch, seed?: (place: number) => number): number => {
    const shares = lossShares(goal, batch, reach);
    const count = batch.actuals.length / reach;
    let loss = 0;
    for (let at = 0, nth = 0; at < count; at += mostWindows, nth++) {
      const rows = Math.min(mostWindows, count - at);
      const windows = batch.windows.subarray(at * windowSize, (at + rows) * windowSize);
      built.forward(windows, rows, seed && ((place) => seed(nth * MOST_PLACES + place)));
      const part = { batch, reach, firstRow: at, rows, shares };
      const changes = seed && built.outputChanges();
      loss += lossAndChanges(goal, built.outputs(), part, changes);
      if (seed) built.backward();
    }
    return loss;
  };

  const update = (learningRate: number): void => {
    const { weightDecay, clipNorm } = parameters;
    const norm = Math.sqrt(kernels.decay(gradients, weights, layout.size, weightDecay));
    if (!Number.isFinite(norm)) return;
    updates++;
    const shorten = Math.min(1, clipNorm / norm);
    const rate =
      (learningRate * Math.sqrt(1 - DECAY_OF_SQUARES ** updates)) / (1 - DECAY_OF_MEAN ** updates);
    kernels.adam(weights, gradients, firsts, seconds, layout.size, shorten, rate);
    built.prepare();
  };

  return {
    readWeights: () => read(weights),
    writeWeights(values) {
      write(weights, values);
      built.prepare();
    },
    train(batch, learningRate, seed) {
      kernels.clear(gradients, layout.size * F32);
      const loss = pass(batch, seed);
      update(learningRate);
      return loss;
    },
    lossOf: (batch) => pass(batch),
    optimizerState: () => ({
      updates,
      firstMoments: read(firsts),
      secondMoments: read(seconds),
    }),
    dispose: built.dispose,
  };
}

function windowsAtOnce({ network, parameters }: NetworkTask, mostBytes: number): number {
  const most = Math.floor(mostBytes / bytesAWindow(kernelLayout(network), parameters.window));
  // Rows come in fours.
  return Math.min(parameters.batchSize, Math.max(4, most - (most % 4)));
}
