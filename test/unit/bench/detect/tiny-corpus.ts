import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Runs `body` on a folder with these files, named by relative paths, and removes it. */
export async function withCorpus<T>(
  files: Readonly<Record<string, string>>,
  body: (folder: string) => T | Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'helios-bench-detect-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file with a row every 5 minutes from midnight, of these values as texts. */
export function metricFile(values: readonly (string | number)[]): string {
  const rows = values.map((value, i) => `${timeOf(i)},${value}\n`);
  return `timestamp,value\n${rows.join('')}`;
}

/** The time of a row of such a file, without a zone as NAB writes it. */
export function timeOf(row: number): string {
  return new Date(Date.UTC(2024, 0, 1, 0, 5 * row)).toISOString().slice(0, 19).replace('T', ' ');
}

/** A window over rows of such a file, with NAB's six digits of a second. */
export function windowOver(first: number, last: number): readonly [string, string] {
  return [`${timeOf(first)}.000000`, `${timeOf(last)}.000000`];
}

/** One file with a window over its rows 4 and 5, one without. */
export function tinyCorpus(): Readonly<Record<string, string>> {
  return {
    'data/cloud/cpu.csv': metricFile([1, 2, 1, 2, '50.0', 60, 2, 1]),
    'data/quiet/flat.csv': metricFile([3, 3, 3, 3, 3, 3, 3]),
    'windows.json': JSON.stringify({
      'cloud/cpu.csv': [windowOver(4, 5)],
      'quiet/flat.csv': [],
    }),
  };
}
