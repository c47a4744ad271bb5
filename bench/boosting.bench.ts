import { normal, seededRandom } from '#core/math/random.ts';
import { type BoostingEngine, boosterOf } from '#engines/boosting/booster-of.ts';
import type { TrainingMatrix } from '#engines/boosting/training-matrix.ts';

export interface BoostingBenchOptions {
  /** Small trainings in a row, in one process. */
  readonly trainings: number;
  readonly rows: number;
  readonly print: (line: string) => void;
}

const FULL: BoostingBenchOptions = { trainings: 200, rows: 1_000, print: console.log };

const ENGINES: readonly BoostingEngine[] = ['built-in', 'xgboost'];
const COLUMNS = 20;
const ROUNDS = 20;
const MEGABYTE = 2 ** 20;

/** Whether trainings leave memory behind, and what a small one takes. `npm run bench:train` has large ones. */
export async function run(options: BoostingBenchOptions = FULL): Promise<void> {
  for (const engine of ENGINES) await memory(options, engine);
}

async function memory(
  { trainings, rows, print }: BoostingBenchOptions,
  engine: BoostingEngine,
): Promise<void> {
  print(
    `boosting, ${engine}: ${trainings} trainings of ${rows} × ${COLUMNS}, ${ROUNDS} trees each, in one process\n`,
  );
  const matrix = matrixOf(rows);
  const train = () => boosterOf(engine)(matrix, { rounds: ROUNDS });
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

/** Columns of noise, of which three make the label. */
function matrixOf(rowCount: number): TrainingMatrix {
  const random = seededRandom(1, 'boosting bench');
  const rows = Float32Array.from({ length: rowCount * COLUMNS }, () => normal(random));
  const labels = Float32Array.from({ length: rowCount }, (_, i) => {
    const at = (column: number) => rows[i * COLUMNS + column]!;
    return Math.sin(at(0)) + 0.5 * at(1) * at(2) + 0.5 * normal(random);
  });
  return { rows, columns: COLUMNS, labels };
}

function megabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(0);
}
