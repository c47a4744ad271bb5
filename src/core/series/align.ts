import { DomainError } from '../errors.ts';
import { epochMs } from '../time.ts';
import { type Frame, makeFrame } from './frame.ts';
import { makeSeries, type Series } from './series.ts';

/**
 * Joins series of one grid that begin and end at different times: from the first of all times to the
 * last, NaN where a series has not begun or has ended.
 *
 * @throws {DomainError} `SERIES_EMPTY` without any series, `SERIES_MISALIGNED` when steps differ or
 *   times lie between those of the others
 * @example
 * ```ts
 * const step = durationMs(1_000);
 * const a = makeSeries({ id: 'a', unit: 'ratio', start: epochMs(0), step, values: [1, 2, 3] });
 * const b = makeSeries({ id: 'b', unit: 'ratio', start: epochMs(2_000), step, values: [7] });
 * alignSeries(new Map([['a', a], ['b', b]])).length; // => 3
 * ```
 */
export function alignSeries(series: ReadonlyMap<string, Series>): Frame {
  const entries = [...series];
  const start = epochMs(
    Math.min(...entries.map(([, each]) => each.start), Number.MAX_SAFE_INTEGER),
  );
  const end = Math.max(start, ...entries.map(([, each]) => endOf(each)));
  return makeFrame(
    new Map(
      entries.map(([metric, each]) => {
        const offset = (each.start - start) / each.step;
        if (!Number.isInteger(offset)) {
          throw new DomainError('SERIES_MISALIGNED', `series ${metric} is not on the common grid`, {
            metric,
          });
        }
        const values = new Float64Array(Math.round((end - start) / each.step)).fill(Number.NaN);
        values.set(each.values, offset);
        return [metric, makeSeries({ ...each, start, values })];
      }),
    ),
  );
}

function endOf({ start, step, values }: Series): number {
  return start + step * values.length;
}
