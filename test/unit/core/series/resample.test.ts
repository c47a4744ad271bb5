import { describe, expect, it } from '@jest/globals';
import { countDuplicates, type Point } from '#core/series/point.ts';
import { resample } from '#core/series/resample.ts';
import { epochMs, MINUTE } from '#core/time.ts';

const grid = { start: epochMs(0), step: MINUTE, length: 3 };
const point = (seconds: number, value: number): Point => ({ at: epochMs(seconds * 1_000), value });

/** Slot 0 holds 4, 1 and 7 (in time order), slot 1 nothing, slot 2 holds 5. */
const points = [point(120, 5), point(50, 7), point(0, 4), point(20, 1)];

describe('resample', () => {
  it.each([
    // (4 + 1 + 7) / 3 = 4
    ['mean', 4],
    ['max', 7],
    // 7 came at 50 s, after 4 and 1.
    ['last', 7],
    ['sum', 12],
  ] as const)('%s of 4, 1, 7 is %d', (rule, expected) => {
    expect([...resample(points, grid, rule)]).toEqual([expected, Number.NaN, 5]);
  });

  it('takes the latest point, not the greatest, as last', () => {
    expect([...resample([point(1, 9), point(2, 3)], grid, 'last')]).toEqual([3, NaN, NaN]);
  });

  it('takes the greatest of several last points of one time, in any order', () => {
    expect(resample([point(5, 9), point(5, 3)], grid, 'last')[0]).toBe(9);
    expect(resample([point(5, 3), point(5, 9)], grid, 'last')[0]).toBe(9);
  });

  it('gives the same zero for 0 and −0 of one time, in any order', () => {
    expect(resample([point(5, 0), point(5, -0)], grid, 'last')[0]).toBe(0);
    expect(resample([point(5, -0), point(5, 0)], grid, 'last')[0]).toBe(0);
  });

  it.each(['mean', 'max', 'last', 'sum'] as const)('%s leaves an empty slot missing', (rule) => {
    expect([...resample([], grid, rule)]).toEqual([NaN, NaN, NaN]);
  });

  it('passes over NaN and does not count it into a mean', () => {
    expect(resample([point(0, 2), point(1, NaN), point(2, 4)], grid, 'mean')[0]).toBe(3);
    expect(resample([point(0, 2), point(1, NaN)], grid, 'last')[0]).toBe(2);
  });

  it('passes over points outside the grid on both sides', () => {
    expect([...resample([point(-1, 8), point(180, 8)], grid, 'sum')]).toEqual([NaN, NaN, NaN]);
  });

  it('keeps zeros and infinities apart from missing', () => {
    expect([...resample([point(0, 0), point(60, Infinity)], grid, 'mean')]).toEqual([
      0,
      Infinity,
      NaN,
    ]);
  });

  it('does not modify its input', () => {
    const input = Object.freeze([point(50, 7), point(0, 4)]);
    resample(input, grid, 'last');
    expect(input).toEqual([point(50, 7), point(0, 4)]);
  });
});

describe('countDuplicates', () => {
  it('counts every repetition of a time, whatever the value', () => {
    // Times 1, 1, 1, 2: the second and the third 1 repeat.
    const repeated = [point(1, 5), point(1, 6), point(2, 5), point(1, NaN)];
    expect(countDuplicates(repeated)).toBe(2);
    expect(countDuplicates([])).toBe(0);
  });
});
