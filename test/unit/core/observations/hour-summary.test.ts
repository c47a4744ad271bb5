import { describe, expect, it } from '@jest/globals';
import { daysOf, hoursContentOf, parseHours } from '#core/observations/hour-summary.ts';
import { addMs, DAY, epochMs, HOUR } from '#core/time.ts';

const DAY_START = epochMs(1_793_577_600_000);
const summary = (index: number, metric = 'm') => ({
  metric,
  hour: addMs(DAY_START, HOUR, index),
  count: 2,
  sum: 3.00000049,
  minimum: 1,
  maximum: 2,
});

describe('daysOf', () => {
  it.each([
    [0, 24, 0, 0],
    [0, 25, 0, 1],
    [23, 24, 0, 0],
    [-1, 1, -1, 0],
  ])('from hour %d to %d touches days %d to %d', (from, to, first, last) => {
    const range = { from: addMs(DAY_START, HOUR, from), to: addMs(DAY_START, HOUR, to) };
    expect(daysOf(range)).toEqual({
      first: addMs(DAY_START, DAY, first),
      last: addMs(DAY_START, DAY, last),
    });
  });

  it('is nothing for an empty range', () => {
    expect(daysOf({ from: DAY_START, to: DAY_START })).toBeUndefined();
  });
});

describe('hoursContentOf', () => {
  it('is sorted, rounded, and the same for any order', () => {
    const content = '[1,[["a",[[5,2,3,1,2]]],["m",[[0,2,3,1,2],[23,2,3,1,2]]]]]';
    const hours = [summary(23), summary(0), summary(5, 'a')];
    expect(hoursContentOf(DAY_START, hours)).toBe(content);
    expect(hoursContentOf(DAY_START, [...hours].reverse())).toBe(content);
    expect(parseHours(content, DAY_START)).toEqual(
      [summary(5, 'a'), summary(0), summary(23)].map((hour) => ({ ...hour, sum: 3 })),
    );
  });

  it.each([
    ['an hour of the next day', [summary(24)]],
    ['an hour of the day before', [summary(-1)]],
    ['a half hour', [summary(0.5)]],
    ['an hour twice', [summary(1), summary(1)]],
    ['a sum that is no number', [{ ...summary(1), sum: Number.NaN }]],
  ])('refuses %s', (_, hours) => {
    expect(() => hoursContentOf(DAY_START, hours)).toThrow(RangeError);
  });
});
