import { describe, expect, it } from '@jest/globals';
import { minimise } from '#core/math/minimise.ts';

describe('minimise', () => {
  it('finds the bottom of a valley between grid points', () => {
    const { at, value } = minimise((x) => (x - 0.337) ** 2 + 5, 0, 1);
    expect(Math.abs(at - 0.337)).toBeLessThan(1e-6);
    expect(value).toBeCloseTo(5, 10);
  });

  it('takes the deeper of two valleys', () => {
    // Bottoms at 0.2 (height 1) and 0.8 (height 0).
    const f = (x: number) => Math.min(1 + (x - 0.2) ** 2, 4 * (x - 0.8) ** 2);
    expect(Math.abs(minimise(f, 0, 1).at - 0.8)).toBeLessThan(1e-6);
  });

  it('reaches the ends of the interval', () => {
    expect(minimise((x) => x, 2, 3).at).toBe(2);
    expect(minimise((x) => -x, 2, 3).at).toBe(3);
  });

  it('takes the highest where everything is equal', () => {
    expect(minimise(() => 7, 0, 1)).toEqual({ at: 1, value: 7 });
  });

  it('refuses an empty interval and a grid of one point', () => {
    expect(() => minimise((x) => x, 1, 1)).toThrow(RangeError);
    expect(() => minimise((x) => x, 0, 1, { gridPoints: 1 })).toThrow(RangeError);
  });
});
