import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { normal, seededRandom } from '#core/math/random.ts';
import { makeSeries, type Series } from '#core/series/series.ts';
import { addMs, DEFAULT_STEP, epochMs, toIso } from '#core/time.ts';
import { prophetFromOptions } from '#engines/prophet/from-options.ts';

export interface ProphetBenchOptions {
  /** Five-minute values of the history. */
  readonly points: number;
  /** Fits, of which the median counts. */
  readonly fits: number;
  readonly print: (line: string) => void;
}

const FULL: ProphetBenchOptions = { points: 8_064, fits: 5, print: console.log };

const STEPS_A_DAY = 288;
const SCRIPT = fileURLToPath(new URL('../scripts/bench/prophet-time.R', import.meta.url));
/** R takes seconds; much longer, and something is wrong. */
const TIMEOUT_MS = 300_000;
const AnswerSchema = z.strictObject({
  version: z.string(),
  points: z.number(),
  seconds: z.number(),
});

/** What a fit of Prophet takes, ours and Stan's, and how R's compares on the same series. */
export async function run(options: ProphetBenchOptions = FULL): Promise<void> {
  const { points, fits, print } = options;
  const series = waves(points);
  print(`prophet: one fit of ${points} five-minute values, day and week on\n`);
  const own = await fitSeconds(series, fits, 'built-in');
  const stan = await fitSeconds(series, fits, 'stan');
  const r = timeOfR(series);
  const row = (name: string, text: string) => print(`  ${name.padEnd(22)} ${text}`);
  row('ours', `${own.toFixed(3)} s   × 1`);
  row('ours, estimator stan', `${stan.toFixed(3)} s   × ${ratio(stan, own)}`);
  row(
    r ? `R's Prophet ${r.version}` : "R's Prophet",
    r ? `${r.seconds.toFixed(3)} s   × ${ratio(r.seconds, own)}` : 'not installed',
  );
}

async function fitSeconds(
  target: Series,
  fits: number,
  estimator: 'built-in' | 'stan',
): Promise<number> {
  const forecaster = prophetFromOptions({ estimator });
  const times: number[] = [];
  for (let i = 0; i < fits; i++) {
    const start = performance.now();
    await forecaster.fit({ target });
    times.push((performance.now() - start) / 1_000);
  }
  return times.sort((a, b) => a - b)[fits >> 1] ?? Number.NaN;
}

/** A day and a week on a slow trend, with noise. */
function waves(points: number): Series {
  const random = seededRandom(11, 'prophet bench');
  const values = Array.from({ length: points }, (_, i) => {
    const day = Math.sin((2 * Math.PI * i) / STEPS_A_DAY);
    const week = Math.sin((2 * Math.PI * i) / (7 * STEPS_A_DAY));
    return 50 + i / 1_000 + 10 * day + 4 * week + normal(random);
  });
  const start = epochMs(Date.UTC(2026, 0, 5));
  return makeSeries({ id: 'bench', unit: 'unspecified', start, step: DEFAULT_STEP, values });
}

/** Undefined where R or its package is not installed. */
function timeOfR({ start, step, values }: Series): z.infer<typeof AnswerSchema> | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'helios-bench-'));
  try {
    const file = join(folder, 'series.csv');
    const rows = Array.from(values, (value, i) => `${toIso(addMs(start, step, i))},${value}`);
    writeFileSync(file, `timestamp,value\n${rows.join('\n').replaceAll('.000Z', 'Z')}\n`);
    const { status, stdout } = spawnSync('Rscript', [SCRIPT, file], {
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
    });
    return status === 0 ? AnswerSchema.parse(JSON.parse(stdout)) : undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ratio(seconds: number, reference: number): string {
  return (seconds / reference).toFixed(1);
}
