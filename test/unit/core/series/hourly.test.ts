import { describe, expect, it } from '@jest/globals';
import type { HourSummary } from '#core/observations/hour-summary.ts';
import { hourlySeries } from '#core/series/hourly.ts';
import { addMs, epochMs, HOUR, MINUTE } from '#core/time.ts';

const START = epochMs(Date.UTC(2026, 2, 2));
const hour = (count: number) => addMs(START, HOUR, count);

/** Three values that add up to 12, the largest 9, in an hour after the start. */
function summary(at: number, changes: Partial<HourSummary> = {}): HourSummary {
  return { metric: 'x', hour: hour(at), count: 3, sum: 12, minimum: 1, maximum: 9, ...changes };
}

const valuesOf = (metric: string, hours: readonly HourSummary[], from = hour(0), to = hour(3)) =>
  hourlySeries('id', metric, hours, { from, to });

describe('hourly values', () => {
  it.each([
    ['a share', 'cpu_utilization', 4],
    ['what nobody has defined', 'queue', 4],
    ['the last value, which a summary does not hold', 'replicas', 4],
    ['a tail', 'latency_p95', 9],
  ])('of %s go by the rule of the metric', (_, metric, value) => {
    expect([...valuesOf(metric, [summary(1)]).values]).toEqual([Number.NaN, value, Number.NaN]);
  });

  it('lie on the hours, in the unit of the metric', () => {
    const series = valuesOf('cpu_utilization', [summary(2), summary(0)]);
    expect(series).toMatchObject({ id: 'id', unit: 'ratio', start: START, step: HOUR });
    expect([...series.values]).toEqual([4, Number.NaN, 4]);
  });

  it('are missing where nothing was counted', () => {
    const empty = summary(1, { count: 0, sum: 0 });
    expect([...valuesOf('x', [summary(0), empty]).values]).toEqual([4, Number.NaN, Number.NaN]);
  });

  it('are the later of two for the same hour', () => {
    expect(valuesOf('x', [summary(0), summary(0, { sum: 30 })]).values[0]).toBe(10);
  });

  it('are only of whole hours, from the one that the range begins in', () => {
    const from = addMs(START, MINUTE, 30);
    const hours = [0, 1, 2, 3].map((at) => summary(at));
    const series = valuesOf('x', hours, from, addMs(hour(2), MINUTE, 59));
    expect(series.start).toBe(START);
    expect([...series.values]).toEqual([4, 4]);
  });

  it('are none in an empty range', () => {
    expect(valuesOf('x', [summary(0)], hour(1), hour(1)).values).toHaveLength(0);
  });
});
