import { describe, expect, it } from '@jest/globals';
import { windowStatistics } from '#core/features/window-statistics.ts';

describe('window statistics', () => {
  it('keep their digits far from zero', () => {
    // 1e9 + {1, 2, 3, 6}: deviations −2, −1, 0, 3, squares 14, over 3.
    const far = Float64Array.of(1, 2, 3, 6).map((value) => 1e9 + value);
    const { means, deviations } = windowStatistics([4], () => 4)(far, 3);
    expect(means[0]).toBe(1e9 + 3);
    expect(deviations[0]).toBeCloseTo(Math.sqrt(14 / 3), 12);
  });

  it('pass over what is missing and say nothing of too few', () => {
    const values = Float64Array.of(9, NaN, 2, NaN);
    const { means, deviations, minima, maxima } = windowStatistics([1, 3, 4], (size) => size / 3)(
      values,
      3,
    );
    expect([...means]).toEqual([NaN, 2, 5.5]);
    expect([...minima]).toEqual([NaN, 2, 2]);
    expect([...maxima]).toEqual([NaN, 2, 9]);
    // One value has no deviation.
    expect([...deviations]).toEqual([NaN, NaN, expect.closeTo(7 / Math.SQRT2, 12)]);
  });

  it('are missing where there is nothing, whatever is asked for', () => {
    const { means, minima, maxima } = windowStatistics([2], () => 0)(Float64Array.of(NaN, NaN), 1);
    expect([means[0], minima[0], maxima[0]]).toEqual([NaN, NaN, NaN]);
  });
});
