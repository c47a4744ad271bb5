import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { normal, seededRandom, uniform } from '#core/math/random.ts';
import type { TrainingMatrix } from '#engines/boosting/training-matrix.ts';
import { foreignScript, nodeSide, pythonWith } from './peers.ts';
import type { BenchSize, Side, TrainerBench } from './trainer-bench.ts';

/** What trees are grown from; there are as many rows again that they do not see. */
const SIZES = {
  full: { rows: 4_000, columns: 108, rounds: 100 },
  small: { rows: 200, columns: 10, rounds: 3 },
} as const;
const PARAMETERS = { max_depth: 6, eta: 0.1, max_bin: 256 } as const;
const MISSING_SHARE = 0.02;

/** Our histogram booster, ml-xgboost, and Python's XGBoost. */
export const boostingTraining: TrainerBench = {
  name: 'boosting',
  title(size) {
    const { rows, columns, rounds } = SIZES[size];
    return `boosting: ${rows} rows of ${columns} columns, ${rounds} trees of depth 6, at most 256 bins`;
  },
  lossName: 'mean squared error of as many rows that no tree has seen',
  prepare(folder, size, turns) {
    for (let turn = 0; turn <= turns; turn++) {
      const { rows, labels } = matrixOf(size, turn);
      const file = join(folder, `${turn}.f32`);
      writeFileSync(file, labels);
      writeFileSync(file, rows, { flag: 'a' });
    }
    return sidesOf(folder, size);
  },
};

function sidesOf(folder: string, size: BenchSize): readonly Side[] {
  const { rows, columns, rounds } = SIZES[size];
  const shape = [2 * rows, columns].map(String);
  const parametersOf = (method: string) =>
    JSON.stringify({ ...PARAMETERS, rounds, tree_method: method });
  const own = (key: string, name: string, engine: string) =>
    nodeSide(key, name, 'boosting.ts', [engine, folder, ...shape, parametersOf('hist')]);
  const python = pythonWith('xgboost');
  const peer = (method: string): Side => ({
    key: `xgboost-${method}`,
    name: `XGBoost ${method}, one thread`,
    command: [
      python ?? '',
      foreignScript('xgboost-side.py'),
      folder,
      ...shape,
      parametersOf(method),
    ],
  });
  return [
    own('helios', 'Helios', 'built-in'),
    own('ml-xgboost', 'ml-xgboost hist', 'xgboost'),
    ...(python === undefined ? [] : [peer('hist'), peer('exact')]),
  ];
}

/** A sum of curves, products and steps of a few columns, with noise; a fiftieth of the values missing. */
function matrixOf(size: BenchSize, turn: number): TrainingMatrix {
  const { rows: known, columns } = SIZES[size];
  const random = seededRandom(turn, 'boosting bench');
  const rows = Float32Array.from({ length: 2 * known * columns }, () => {
    const value = normal(random);
    return uniform(random, 0, 1) < MISSING_SHARE ? Number.NaN : value;
  });
  const at = (row: number, column: number) => rows[row * columns + column]! || 0;
  const labels = Float32Array.from(
    { length: 2 * known },
    (_, i) =>
      Math.sin(at(i, 0)) +
      0.5 * at(i, 1) * at(i, 2) +
      Math.abs(at(i, 3)) +
      (at(i, 4) > 1 ? 1 : 0) +
      0.2 * (at(i, 5) + at(i, 6) + at(i, 7)) +
      0.5 * normal(random),
  );
  return { rows, columns, labels };
}
