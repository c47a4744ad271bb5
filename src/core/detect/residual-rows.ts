import type { Frame } from '../series/frame.ts';
import { makeSeries, type Series } from '../series/series.ts';
import type { EpochMs } from '../time.ts';
import { meanBetween, type SummedColumn, summed } from './residual-windows.ts';

/** The level that a value is expected at: of three hours, up to half an hour before it. */
const LEVEL = { recent: 6, before: 36 } as const;

/** Values about a deployment that its level is not judged by. */
const SETTLING = 6;

/** The level that a row is expected at; the centre of all where little is known before it. */
export function levelAt(column: SummedColumn, row: number, centre: number): number {
  return levelUpTo(column, row + 1 - LEVEL.recent, LEVEL.before, centre);
}

/**
 * The level that a row would be expected at, had it not grown for `steps`.
 *
 * @param sinceBreak - steps since the last deployment, before which the level was another one
 */
export function levelBefore(
  column: SummedColumn,
  row: number,
  steps: number,
  sinceBreak: number,
  centre: number,
): number {
  const known = Math.max(SETTLING, Math.min(LEVEL.before, sinceBreak - steps - SETTLING));
  return levelUpTo(column, row + 1 - steps, known, centre);
}

/** How far each value lies from the level that it was expected at. */
export function distancesFromLevel(residuals: Float64Array, centre: number): Float64Array {
  const column = summed(residuals);
  return residuals.map((value, row) => Math.abs(value - levelAt(column, row, centre)));
}

function levelUpTo(column: SummedColumn, to: number, rows: number, centre: number): number {
  const level = meanBetween(column, to - rows, to);
  return Number.isNaN(level) ? centre : level;
}

/** Of each row: steps since the last break at or before it. */
export function stepsSince(frame: Frame, breaks: readonly EpochMs[]): Float64Array {
  const since = new Float64Array(frame.length).fill(Infinity);
  const sorted = Float64Array.from(breaks).sort();
  let next = 0;
  let last = -Infinity;
  for (let i = 0; i < frame.length; i++) {
    const end = frame.start + (i + 1) * frame.step;
    while (next < sorted.length && sorted[next]! < end) last = sorted[next++]!;
    since[i] = Math.floor((end - 1 - last) / frame.step);
  }
  return since;
}

/** The series of a metric; missing throughout where the frame lacks it. */
export function seriesOf(frame: Frame, metric: string): Series {
  const { start, step, length } = frame;
  return (
    frame.series.get(metric) ??
    makeSeries({
      id: metric,
      unit: 'unspecified',
      start,
      step,
      values: new Float64Array(length).fill(Number.NaN),
    })
  );
}
