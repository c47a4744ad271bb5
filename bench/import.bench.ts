import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateCsv } from './import/generate.ts';
import type { Measured } from './import/measure.ts';

export interface ImportBenchOptions {
  /** Generated and never on disk. */
  readonly streamBytes: number;
  /** Of a real file; and of the reads it is compared with, which are slower. */
  readonly fileBytes: number;
  /** Stored as the command stores it. */
  readonly storedBytes: number;
  readonly print: (line: string) => void;
}

const FULL: ImportBenchOptions = {
  streamBytes: 1_000_000_000,
  fileBytes: 64_000_000,
  storedBytes: 1_500_000,
  print: console.log,
};
const METRICS_A_ROW = 3;

/**
 * How fast a CSV file is read, checked, put on the grid and cut into batches (a dry run), in how much
 * memory, beside reading its lines alone and csv-parse alone; and what storing costs. Each in a process
 * of its own. The rate a CPU second is the one that other work on the machine does not change.
 */
export async function run(options: ImportBenchOptions = FULL): Promise<void> {
  const { streamBytes, fileBytes, storedBytes, print } = options;
  const folder = mkdtempSync(join(tmpdir(), 'helios-bench-'));
  try {
    const file = join(folder, 'import.csv');
    writeFileSync(file, Buffer.concat([...generateCsv(fileBytes)]));
    print('import: timestamp and three metrics a row\n');
    const lines = measure('lines', fileBytes, file);
    const library = measure('csv-parse', fileBytes, file);
    const fromFile = measure('import', fileBytes, file);
    const streamed = measure('import', streamBytes);
    row(print, 'lines only, file', lines);
    row(print, 'csv-parse only, file', library);
    row(print, 'helios import --dry-run, file', fromFile);
    row(print, 'helios import --dry-run, stream', streamed);
    const times = rate(streamed) / rate(library);
    const share = rate(streamed) / rate(lines);
    print(
      `  the import of the stream is × ${times.toFixed(1)} csv-parse alone and × ${share.toFixed(2)} lines alone, a CPU second`,
    );
    const stored = measure('store', storedBytes);
    const values = Math.round((stored.rows * METRICS_A_ROW) / stored.wallSeconds);
    row(print, 'stored on this machine', stored);
    print(`  ${values.toLocaleString('en')} values/s stored: the store is the bound, not the file`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rows a CPU second. */
function rate({ rows, cpuSeconds }: Measured): number {
  return rows / cpuSeconds;
}

function row(print: (line: string) => void, name: string, measured: Measured): void {
  const { rows, bytes, wallSeconds, peakBytes } = measured;
  const number = (value: number) => Math.round(value).toLocaleString('en').padStart(9);
  print(
    `  ${name.padEnd(32)}${number(rows / wallSeconds)} rows/s   ${number(rate(measured))} rows/CPU s   ${(bytes / 1e6).toFixed(0).padStart(5)} MB   peak ${(peakBytes / 1e6).toFixed(0)} MB`,
  );
}

function measure(mode: string, bytes: number, file?: string): Measured {
  const script = fileURLToPath(new URL('./import/measure.ts', import.meta.url));
  const argv = ['--import', 'tsx', script, mode, String(bytes), ...(file ? [file] : [])];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`measuring ${mode} failed: ${stderr}`);
  return JSON.parse(stdout);
}
