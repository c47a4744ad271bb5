import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { normal, seededRandom } from '#core/math/random.ts';
import { addMs, type DurationMs, epochMs, HOUR, toIso } from '#core/time.ts';

/** The first value of every series of a tiny folder. */
export const START = epochMs(Date.UTC(2024, 0, 1));

/** The rows of one CSV file, or its whole text. */
export type FileContent = string | readonly (readonly (string | number)[])[];

/** Runs `body` on a folder with these files, and removes it. */
export async function withFolder<T>(
  files: Readonly<Record<string, FileContent>>,
  body: (folder: string) => T | Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'helios-bench-forecast-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      const text =
        typeof content === 'string' ? content : content.map((row) => `${row.join()}\n`).join('');
      writeFileSync(join(folder, name), text);
    }
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const SERIES_HEADER = ['timestamp', 'value', 'filled'];
export const CUTOFF_HEADER = ['series', 'k', 'cutoff', 'idx', 'slow', 'hmax'];

/** A series file with these values from `START` on; `filled` are the places of interpolated ones. */
export function seriesFile(
  values: readonly number[],
  { step = HOUR, filled = [] }: { readonly step?: DurationMs; readonly filled?: number[] } = {},
): FileContent {
  return [
    SERIES_HEADER,
    ...values.map((value, i) => [timeOf(i, step), value, filled.includes(i) ? 1 : 0]),
  ];
}

/** The time of a place, as the files write it. */
export function timeOf(index: number, step: DurationMs = HOUR): string {
  return toIso(addMs(START, step, index)).replace('.000Z', 'Z');
}

/** A day's swing and noise on a level, seeded by the name. */
export function dailyValues(name: string, length: number, level = 100): readonly number[] {
  const random = seededRandom(7, name);
  return Array.from(
    { length },
    (_, i) => level + 20 * Math.sin((2 * Math.PI * i) / 24) + 3 * normal(random),
  );
}

/** Two series of one system, six days of hours each, with two cutoffs (the second slow). */
export function tinyFolder(): Readonly<Record<string, FileContent>> {
  const names = ['sys__a', 'sys__b'];
  const cutoffs = names.flatMap((name) =>
    [100, 110].map((idx, k) => [name, k, timeOf(idx), idx, k, 30]),
  );
  return {
    ...Object.fromEntries(
      names.map((name) => [`${name}.csv`, seriesFile(dailyValues(name, 144), { filled: [103] })]),
    ),
    'cutoffs.csv': [CUTOFF_HEADER, ...cutoffs],
  };
}
