import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareTrees } from '#core/math/boosted-trees.ts';
import { normal, seededRandom, uniform } from '#core/math/random.ts';
import type { BoostingParameters } from '#engines/xgboost/parameters.ts';
import { trainBoostedTrees } from '#engines/xgboost/train.ts';
import type { TrainingMatrix } from '#engines/xgboost/training-matrix.ts';

export interface BoostingBenchOptions {
  /** Small trainings in a row, in one process. */
  readonly trainings: number;
  /** Rows of the large training. */
  readonly rows: number;
  readonly rounds: number;
  readonly print: (line: string) => void;
}

const FULL: BoostingBenchOptions = {
  trainings: 200,
  rows: 50_000,
  rounds: 100,
  print: console.log,
};

const COLUMNS = 40;
const MEGABYTE = 2 ** 20;
/** Where Debian's own packages are, when another Python comes first. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/** Whether trainings leave memory behind, what a large one takes, and how Python's XGBoost compares. */
export async function run(options: BoostingBenchOptions = FULL): Promise<void> {
  await memory(options);
  await large(options);
}

async function memory({ trainings, print }: BoostingBenchOptions): Promise<void> {
  print(`boosting: ${trainings} trainings of 1,000 × 20, 20 trees each, in one process\n`);
  const matrix = matrixOf(1_000, 20);
  const train = () => trainBoostedTrees(matrix, { rounds: 20 });
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
  print(`  one training     ${eachMs.toFixed(0)} ms, its thread included`);
}

async function large({ rows, rounds, print }: BoostingBenchOptions): Promise<void> {
  const matrix = matrixOf(rows, COLUMNS);
  const parameters = { rounds, max_depth: 6, eta: 0.1, tree_method: 'hist', max_bin: 256 } as const;
  print(`\nboosting: ${rows} × ${COLUMNS}, ${rounds} trees of depth 6 by histogram\n`);
  const start = performance.now();
  const trees = await trainBoostedTrees(matrix, parameters);
  const ownSeconds = (performance.now() - start) / 1_000;
  print(`  ours, one thread           ${ownSeconds.toFixed(2)} s`);
  const { predict } = prepareTrees(trees);
  const predictStart = performance.now();
  for (let i = 0; i < rows; i++) predict(matrix.rows.subarray(i * COLUMNS, (i + 1) * COLUMNS));
  const micros = ((performance.now() - predictStart) * 1_000) / rows;
  print(`  prediction of a row        ${micros.toFixed(1)} µs`);
  for (const threads of [1, 2]) {
    const python = pythonSeconds(matrix, parameters, threads);
    const name = `Python's XGBoost, ${threads} thread${threads > 1 ? 's' : ''}`;
    if (python === undefined) print(`  ${name}: not installed, no comparison`);
    else {
      const ratio = (ownSeconds / python.seconds).toFixed(1);
      print(`  ${name} ${python.seconds.toFixed(2)} s (${python.version})   ours × ${ratio}`);
    }
  }
}

/** Undefined where no Python has XGBoost. */
function pythonSeconds(
  { rows, labels, columns }: TrainingMatrix,
  parameters: BoostingParameters,
  threads: number,
): { readonly version: string; readonly seconds: number } | undefined {
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

function matrixOf(rowCount: number, columns: number): TrainingMatrix {
  const random = seededRandom(1, 'boosting bench');
  const rows = Float32Array.from({ length: rowCount * columns }, () => uniform(random, -3, 3));
  const labels = Float32Array.from(
    { length: rowCount },
    (_, i) => Math.sin(rows[i * columns]!) + rows[i * columns + 1]! + 0.1 * normal(random),
  );
  return { rows, columns, labels };
}

function megabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(0);
}
