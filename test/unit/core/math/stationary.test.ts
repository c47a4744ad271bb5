import { describe, expect, it } from '@jest/globals';
import { rootsLieOutside, stationaryCoefficients } from '#core/math/stationary.ts';

/** What keeps the roots off the circle, see LARGEST_PARTIAL. */
const LARGEST = 0.99999;

/** Central differences with a step of 1e-5 are good to its square. */
const NUMERIC = 1e-8;

describe('stationaryCoefficients', () => {
  it('has the partial autocorrelation as the coefficient of order one', () => {
    const { coefficients } = stationaryCoefficients([Math.atanh(0.5)]);
    expect(coefficients[0]).toBeCloseTo(0.5 * LARGEST, 12);
  });

  it('follows the recursion for order two', () => {
    // Partial autocorrelations r1, r2 give (r1 - r2 r1, r2): from 0.5 and -0.4 (0.7, -0.4).
    const { coefficients } = stationaryCoefficients([Math.atanh(0.5), Math.atanh(-0.4)]);
    expect(coefficients[0]).toBeCloseTo(0.7, 4);
    expect(coefficients[1]).toBeCloseTo(-0.4, 4);
  });

  it('is the smaller polynomial when the last parameter is zero', () => {
    const smaller = [...stationaryCoefficients([0.3, -0.8]).coefficients];
    expect([...stationaryCoefficients([0.3, -0.8, 0]).coefficients]).toEqual([...smaller, 0]);
  });

  it('stays off the unit circle whatever the parameters', () => {
    for (const free of [[50], [-50, 50], [1e6, -1e6, 1e6], [3, 3, 3, 3]]) {
      expect(rootsLieOutside(stationaryCoefficients(free).coefficients, 1)).toBe(true);
    }
  });

  it('knows its derivatives', () => {
    const free = [0.4, -0.7, 0.2, 1.1];
    const { jacobian } = stationaryCoefficients(free);
    const step = 1e-5;
    free.forEach((_, j) => {
      const moved = (by: number) =>
        stationaryCoefficients(free.map((value, k) => value + (k === j ? by : 0))).coefficients;
      const [above, below] = [moved(step), moved(-step)];
      free.forEach((_, i) => {
        const numeric = (above[i]! - below[i]!) / (2 * step);
        expect(Math.abs(jacobian[i * free.length + j]! - numeric)).toBeLessThan(NUMERIC);
      });
    });
  });
});

describe('rootsLieOutside', () => {
  it.each([
    // 1 - 0.5z has its root at 2.
    [[0.5], 1.99, true],
    [[0.5], 2.01, false],
    // (1 - z / 1.02)(1 + z / 3) = 1 - (1/1.02 - 1/3) z - z² / 3.06
    [[1 / 1.02 - 1 / 3, 1 / 3.06], 1.01, true],
    [[1 / 1.02 - 1 / 3, 1 / 3.06], 1.03, false],
    // 1 - 0.81z² has roots at ±1/0.9, 1 + 0.81z² at ±i/0.9.
    [[0, 0.81], 1.11, true],
    [[0, -0.81], 1.11, true],
    [[0, -0.81], 1.12, false],
    [[1], 1, false],
    [[], 1.01, true],
    [[0, 0, 0], 1.01, true],
    [[Number.NaN], 1, false],
  ])('of 1 - %p by radius %p: %p', (coefficients, radius, expected) => {
    expect(rootsLieOutside(coefficients, radius)).toBe(expected);
  });
});
