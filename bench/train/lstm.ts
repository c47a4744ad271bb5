import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { normal, type Random, seededRandom, uniform } from '#core/math/random.ts';
import { initialWeights } from '#engines/lstm/initial-weights.ts';
import { lstmBenchNetwork, lstmBenchParameters } from './lstm-network.ts';
import { foreignScript, nodeSide, pythonWith } from './peers.ts';
import type { BenchSize, Side, TrainerBench } from './trainer-bench.ts';

/** Windows of an epoch. */
const WINDOWS = { full: 1_600, small: 64 } as const;

/** The kernels, TensorFlow.js on its WebAssembly, and PyTorch: an epoch from the same weights on the same windows. */
export const lstmTraining: TrainerBench = {
  name: 'lstm',
  title: (size) =>
    `lstm: an epoch of ${WINDOWS[size]} windows of 30 × 14, layers of 64 and 32 units, batches of 32`,
  lossName: 'mean squared error of these windows after the epoch',
  prepare(folder, size) {
    const random = seededRandom(1, 'lstm bench');
    const windows = Array.from({ length: WINDOWS[size] }, () => windowOf(random));
    const network = lstmBenchNetwork();
    write(
      folder,
      'windows',
      windows.flatMap(({ values }) => [...values]),
    );
    write(
      folder,
      'targets',
      windows.map(({ target }) => target),
    );
    write(folder, 'weights', initialWeights(network, 1, 'random'));
    return sidesOf(folder, size);
  },
};

function sidesOf(folder: string, size: BenchSize): readonly Side[] {
  const parameters = [folder, String(WINDOWS[size])];
  const python = pythonWith('torch');
  const peer: Side = {
    key: 'pytorch',
    name: 'PyTorch, one thread',
    command: [python ?? '', foreignScript('lstm-torch.py'), ...parameters],
    env: { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
  };
  return [
    nodeSide('helios', 'Helios', 'lstm.ts', ['built-in', ...parameters]),
    nodeSide('tfjs-wasm', 'TensorFlow.js', 'lstm.ts', ['tensorflow', ...parameters]),
    ...(python === undefined ? [] : [peer]),
  ];
}

/** Waves with noise, and the value that follows the first of them. */
function windowOf(random: Random): { readonly values: Float32Array; readonly target: number } {
  const { window, maxInputs } = lstmBenchParameters();
  const waves = Array.from({ length: maxInputs }, () => ({
    phase: uniform(random, 0, 2 * Math.PI),
    pace: uniform(random, 0.05, 0.4),
  }));
  const at = (f: number, t: number) => Math.sin(waves[f]!.phase + waves[f]!.pace * t);
  const values = new Float32Array(window * maxInputs).map(
    (_, i) => at(i % maxInputs, Math.floor(i / maxInputs)) + 0.1 * normal(random),
  );
  return { values, target: at(0, window) };
}

function write(folder: string, name: string, values: Iterable<number>): void {
  writeFileSync(join(folder, `${name}.f32`), Float32Array.from(values));
}
