import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BoostedTrees, prepareTrees } from '#core/math/boosted-trees.ts';
import { normal, seededRandom, uniform } from '#core/math/random.ts';
import { type BoostingEngine, boosterOf } from '#engines/boosting/booster-of.ts';
import type { BoostingParameters } from '#engines/boosting/parameters.ts';
import type { TrainingMatrix } from '#engines/boosting/training-matrix.ts';

export interface BoostingBenchOptions {
  /** Small trainings in a row, in one process. */
  readonly trainings: number;
  /** Rows that trees are grown from, and as many again that they have not seen. */
  readonly rows: number;
  readonly columns: number;
  readonly rounds: number;
  readonly print: (line: string) => void;
}

const FULL: BoostingBenchOptions = {
  trainings: 200,
  rows: 4_000,
  columns: 108,
  rounds: 100,
  print: console.log,
};

const ENGINES: readonly BoostingEngine[] = ['built-in', 'xgboost'];
const MEGABYTE = 2 ** 20;
/** Where Debian's own packages are, when another Python comes first. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/** What one training took, and how far it is off on rows that it has not seen. */
interface Measured {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** Mean squared error. */
  readonly loss: number;
}

/** Whether trainings leave memory behind, and how a large one compares in time and held-out loss. */
export async function run(options: BoostingBenchOptions = FULL): Promise<void> {
  for (const engine of ENGINES) await memory(options, engine);
  await large(options);
}

async function memory(
  { trainings, print }: BoostingBenchOptions,
  engine: BoostingEngine,
): Promise<void> {
  print(
    `boosting, ${engine}: ${trainings} trainings of 1,000 × 20, 20 trees each, in one process\n`,
  );
  const matrix = matrixOf(1_000, 20);
  const train = () => boosterOf(engine)(matrix, { rounds: 20 });
  // The first ones load code and grow pools that stay, whatever is trained.
  const warmup = Math.ceil(trainings / 10);
  for (let i = 0; i < warmup; i++) await train();
  const before = process.memoryUsage().rss;
  const start = performance.now();
  for (let i = 0; i < trainings; i++) await train();
  const eachMs = (performance.now() - start) / trainings;
  const after = process.memoryUsage().rss;
  print(`  resident before  ${megabytes(before)} MB (after ${warmup} to warm up)`);
  print(`  resident after   ${megabytes(after)} MB`);
  print(`  one training     ${eachMs.toFixed(0)} ms\n`);
}

async function large({ rows, columns, rounds, print }: BoostingBenchOptions): Promise<void> {
  const all = matrixOf(2 * rows, columns);
  const known = {
    rows: all.rows.subarray(0, rows * columns),
    columns,
    labels: all.labels.subarray(0, rows),
  };
  const parameters = { rounds, max_depth: 6, eta: 0.1, tree_method: 'hist', max_bin: 256 } as const;
  print(`boosting: ${rows} × ${columns}, ${rounds} trees of depth 6, the faster of two trainings`);
  print(
    'CPU seconds, wall seconds, mean squared error of rows not seen; ratios of built-in to each\n',
  );
  const own = await faster(() => measure('built-in', all, known, parameters));
  const row = (name: string, other: Measured, note = '') => {
    const [time, loss] = [own.cpuSeconds / other.cpuSeconds, own.loss / other.loss];
    const numbers = `${other.cpuSeconds.toFixed(2)} s  ${other.wallSeconds.toFixed(2)} s  ${other.loss.toFixed(4)}`;
    print(
      `  ${name.padEnd(28)} ${numbers}   time × ${time.toFixed(2)}  loss × ${loss.toFixed(3)}${note}`,
    );
  };
  row('built-in, one thread', own);
  row('ml-xgboost hist', await faster(() => measure('xgboost', all, known, parameters)));
  for (const method of ['hist', 'exact'] as const) {
    for (const threads of method === 'hist' ? [1, 2] : [1]) {
      const name = `XGBoost ${method}, ${threads} thread${threads > 1 ? 's' : ''}`;
      const python = await faster(() =>
        pythonMeasure(all, { ...parameters, tree_method: method }, threads),
      );
      if (python === undefined) print(`  ${name}: not installed, no comparison`);
      else
        row(
          name,
          python,
          ` (${python.version}; wall × ${(own.wallSeconds / python.wallSeconds).toFixed(2)})`,
        );
    }
  }
}

async function faster<T extends Measured | undefined>(once: () => Promise<T> | T): Promise<T> {
  const [first, second] = [await once(), await once()];
  return first && second && first.cpuSeconds < second.cpuSeconds ? first : second;
}

async function measure(
  engine: BoostingEngine,
  all: TrainingMatrix,
  known: TrainingMatrix,
  parameters: BoostingParameters,
): Promise<Measured> {
  const start = performance.now();
  const before = process.cpuUsage();
  const trees = await boosterOf(engine)(known, parameters);
  const { user, system } = process.cpuUsage(before);
  const wallSeconds = (performance.now() - start) / 1_000;
  const cpuSeconds = (user + system) / 1e6;
  return { wallSeconds, cpuSeconds, loss: heldOutLoss(trees, all, known.labels.length) };
}

function heldOutLoss(trees: BoostedTrees, { rows, labels, columns }: TrainingMatrix, from: number) {
  const { predict } = prepareTrees(trees);
  let sum = 0;
  for (let i = from; i < labels.length; i++) {
    sum += (labels[i]! - predict(rows.subarray(i * columns, (i + 1) * columns))) ** 2;
  }
  return sum / (labels.length - from);
}

/** Undefined where no Python has XGBoost. */
function pythonMeasure(
  { rows, labels, columns }: TrainingMatrix,
  parameters: BoostingParameters,
  threads: number,
): (Measured & { readonly version: string }) | undefined {
  const python = PYTHONS.find((each) => spawnSync(each, ['-c', 'import xgboost']).status === 0);
  if (python === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'helios-bench-'));
  try {
    const file = join(folder, 'matrix.f32');
    writeFileSync(file, labels);
    writeFileSync(file, rows, { flag: 'a' });
    const script = fileURLToPath(new URL('../scripts/bench/xgboost-time.py', import.meta.url));
    const numbers = [labels.length, columns].map(String);
    const { stdout, stderr, status } = spawnSync(
      python,
      [script, file, ...numbers, JSON.stringify(parameters), String(threads)],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`Python's XGBoost failed: ${stderr}`);
    return JSON.parse(stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A sum of curves, products and steps of a few columns, with noise; a fiftieth of the values missing. */
function matrixOf(rowCount: number, columns: number): TrainingMatrix {
  const random = seededRandom(1, 'boosting bench');
  const rows = Float32Array.from({ length: rowCount * columns }, () => {
    const value = normal(random);
    return uniform(random, 0, 1) < 0.02 ? Number.NaN : value;
  });
  const at = (row: number, column: number) => rows[row * columns + column]! || 0;
  const labels = Float32Array.from(
    { length: rowCount },
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

function megabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(0);
}
