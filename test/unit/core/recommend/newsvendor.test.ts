import { describe, expect, it } from '@jest/globals';
import { newsvendorQuantile } from '#core/recommend/newsvendor.ts';

describe('newsvendorQuantile', () => {
  it('weighs a minute short against a replica for a minute', () => {
    // 6 an hour is 0.1 a minute: 0.3 / (0.3 + 0.1).
    expect(newsvendorQuantile({ unitHour: 6, minuteShort: 0.3 })).toBeCloseTo(0.75, 12);
    expect(newsvendorQuantile({ unitHour: 6, minuteShort: 0.1 })).toBeCloseTo(0.5, 12);
  });

  it('stays where bands can be measured', () => {
    expect(newsvendorQuantile({ unitHour: 0, minuteShort: 1 })).toBe(0.99);
    expect(newsvendorQuantile({ unitHour: 1, minuteShort: 0 })).toBe(0.05);
  });

  it.each([
    [0, 0],
    [-1, 2],
    [Number.NaN, 1],
    [Infinity, 1],
  ])('refuses the prices %p and %p', (unitHour, minuteShort) => {
    expect(() => newsvendorQuantile({ unitHour, minuteShort })).toThrow(RangeError);
  });
});
