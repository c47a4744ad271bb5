import { describe, expect, it } from '@jest/globals';
import { variogram } from '#core/math/variogram.ts';

describe('variogram', () => {
  it('is half the mean square of differences', () => {
    // 1 3 6 6: one step apart 2 3 0, squares 4 9 0, mean 13/3, half 13/6; two apart 5 3: 34/4; three: 25/2.
    const { halfSquares, pairs } = variogram(Float64Array.of(1, 3, 6, 6), 3);
    expect([...pairs]).toEqual([4, 3, 2, 1]);
    [0, 13 / 6, 8.5, 12.5].forEach((value, k) => {
      expect(halfSquares[k]).toBeCloseTo(value, 12);
    });
  });

  it('leaves out pairs of which one is missing', () => {
    // 1 · 6 6: one apart only 6 6; two apart 1 6; three apart 1 6.
    const { halfSquares, pairs } = variogram(Float64Array.of(1, Number.NaN, 6, 6), 3);
    expect([...pairs]).toEqual([3, 1, 1, 1]);
    [0, 0, 12.5, 12.5].forEach((value, k) => {
      expect(halfSquares[k]).toBeCloseTo(value, 12);
    });
  });

  it('knows no difference where there is no pair', () => {
    const { halfSquares } = variogram(Float64Array.of(1, Number.NaN), 1);
    expect(halfSquares[1]).toBeNaN();
    expect([...variogram(new Float64Array(0), 1).halfSquares]).toEqual([Number.NaN, Number.NaN]);
  });

  it('is exactly zero where values repeat, however high they are', () => {
    const values = Float64Array.from({ length: 40 }, (_, i) => 1e6 + (i % 5));
    const { halfSquares } = variogram(values, 20);
    expect([halfSquares[5], halfSquares[10], halfSquares[20]]).toEqual([0, 0, 0]);
    expect(halfSquares[1]).toBeGreaterThan(0);
  });
});
