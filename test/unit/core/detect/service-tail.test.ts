import { describe, expect, it } from '@jest/globals';
import { sigmas, usualDistance } from '#core/detect/service-tail.ts';

/** Cubes of 10 to 30: of 21 values the quantiles 0.05, 0.5 and 0.95 are number 1, 10 and 19. */
const CUBES = Float64Array.from({ length: 21 }, (_, i) => (10 + i) ** 3);
const DAYS = 14;

describe('usualDistance', () => {
  it('finds the power that makes usual distances symmetric', () => {
    // The cube roots at the three quantiles are 11, 20 and 29, so the power is 1/3 but for halving
    // [0.01, 0.5] twelve times: 0.00012; and 20 ** 0.00036 is 1.001.
    const usual = usualDistance(CUBES, DAYS);
    expect(Math.abs(usual.power - 1 / 3)).toBeLessThan(0.00012);
    expect(Math.abs(usual.centre - 20)).toBeLessThan(0.03);
    expect(sigmas(usual, 29 ** 3)).toBeCloseTo(1.645, 3);
    expect(sigmas(usual, 20 ** 3)).toBeCloseTo(0, 12);
    // (47 - 20) is three times (29 - 20).
    expect(sigmas(usual, 47 ** 3)).toBeCloseTo(3 * 1.645, 1);
  });

  it('takes a smaller power for a heavier tail', () => {
    const heavy = CUBES.map((cube, i) => (i > 10 ? cube * (i - 9) : cube));
    expect(usualDistance(heavy, DAYS).power).toBeLessThan(usualDistance(CUBES, DAYS).power);
  });

  it('is not moved by what lies beyond nor by what is missing', () => {
    const withIncident = Float64Array.from([...CUBES.subarray(0, 20), 1e12, Number.NaN]);
    expect(usualDistance(withIncident, DAYS)).toEqual(usualDistance(CUBES, DAYS));
  });

  it('asks for more after a few days', () => {
    // A quarter of two weeks: squared distances count as twice what they were.
    expect(sigmas(usualDistance(CUBES, 3.5), 2 * 29 ** 3)).toBeCloseTo(1.645, 3);
  });

  it.each([
    ['no distance', []],
    ['zeros', [0, 0, 0]],
    ['equal ones', [5, 5, 5]],
  ])('gives a scale for %s', (_, squared) => {
    const usual = usualDistance(Float64Array.from(squared), DAYS);
    expect(usual.spread).toBeGreaterThan(0);
    expect(sigmas(usual, squared[0] ?? 0)).toBe(0);
    expect(Number.isFinite(sigmas(usual, 1e18))).toBe(true);
    expect(sigmas(usual, Number.NaN)).toBeNaN();
  });
});
