import { expect } from '@jest/globals';
import type { FeatureMatrix } from '#core/features/feature-matrix.ts';
import { type Frame, makeFrame } from '#core/series/frame.ts';
import { makeSeries } from '#core/series/series.ts';
import { type DurationMs, epochMs, HOUR } from '#core/time.ts';

/** A frame of these columns from the epoch on, an hour apart unless said otherwise. */
export function frameOf(
  columns: Readonly<Record<string, ArrayLike<number>>>,
  { start = 0, step = HOUR }: { readonly start?: number; readonly step?: DurationMs } = {},
): Frame {
  const parts = { unit: 'unspecified', start: epochMs(start), step } as const;
  return makeFrame(
    new Map(
      Object.entries(columns).map(([id, values]) => [id, makeSeries({ ...parts, id, values })]),
    ),
  );
}

/** One column of a matrix by name. */
export function columnOf({ names, rows, values }: FeatureMatrix, name: string): readonly number[] {
  const column = names.indexOf(name);
  if (column < 0) throw new RangeError(`no column ${name}`);
  return Array.from({ length: rows }, (_, row) => values[row * names.length + column] ?? 0);
}

/** For `toEqual`: these numbers but for rounding, and missing where they are. */
export function nearly(values: readonly number[]): readonly unknown[] {
  return values.map((value) => (Number.isNaN(value) ? value : expect.closeTo(value, 12)));
}
