import { describe, expect, it } from '@jest/globals';
import { interpolated } from '#core/math/interpolated.ts';
import { loess, loessAt, loessWeights } from '#core/math/loess.ts';
import { leastSquaresSlope } from '#core/math/slope.ts';

const values = (...list: number[]) => Float64Array.from(list);

describe('loess', () => {
  it('weights by the tricube of the distance', () => {
    // Window 5 reaches 2 steps: (1 - (1/2)^3)^3 = 343/512 at one step, 0 at two.
    const side = 343 / 512;
    const total = 1 + 2 * side;
    const weights = loessWeights(9, 4, { window: 5, degree: 0 });
    [0, side / total, 1 / total, side / total, 0].forEach((weight, i) => {
      expect(weights[i]).toBeCloseTo(weight, 14);
    });
  });

  it('follows a straight line with local lines, also beyond its ends', () => {
    const line = Float64Array.from({ length: 20 }, (_, i) => 3 + 2 * i);
    const options = { window: 7, degree: 1 } as const;
    loess(line, options).forEach((value, i) => {
      expect(value).toBeCloseTo(line[i]!, 10);
    });
    expect(loessAt(line, -1, options)).toBeCloseTo(1, 10);
    expect(loessAt(line, 20, options)).toBeCloseTo(43, 10);
  });

  it('joins the positions that it fits by straight lines', () => {
    const noisy = Float64Array.from({ length: 12 }, (_, i) => (i * 7) % 5);
    const options = { window: 5, degree: 1 } as const;
    const full = loess(noisy, options);
    const jumped = loess(noisy, { ...options, jump: 4 });
    // Fitted at 0, 4, 8 and the last, 11.
    for (const i of [0, 4, 8, 11]) expect(jumped[i]).toBe(full[i]);
    expect(jumped[5]).toBeCloseTo(0.75 * full[4]! + 0.25 * full[8]!, 12);
    expect(jumped[9]).toBeCloseTo((2 * full[8]! + full[11]!) / 3, 12);
  });

  it('takes one value as it is and refuses no window', () => {
    expect([...loess(values(4), { window: 3, degree: 1 })]).toEqual([4]);
    expect(() => loess(values(1, 2), { window: 0, degree: 1 })).toThrow(RangeError);
  });
});

describe('interpolated', () => {
  it('draws straight lines and continues both ends', () => {
    const gaps = values(Number.NaN, 2, Number.NaN, Number.NaN, 8, Number.NaN);
    expect([...interpolated(gaps)]).toEqual([2, 2, 4, 6, 8, 8]);
    expect([...gaps.subarray(0, 1)]).toEqual([Number.NaN]);
  });

  it('is 0 where nothing is known', () => {
    expect([...interpolated(values(Number.NaN, Number.NaN))]).toEqual([0, 0]);
  });
});

describe('leastSquaresSlope', () => {
  it('passes over missing values', () => {
    // Positions 0, 1, 3 about 4/3, values 0, 3, 3 about 2:
    // (-4/3)(-2) + (-1/3)(1) + (5/3)(1) = 4, over 16/9 + 1/9 + 25/9 = 42/9.
    expect(leastSquaresSlope([0, 3, Number.NaN, 3])).toBeCloseTo(4 / (42 / 9), 14);
  });

  it('is 0 below two values', () => {
    expect(leastSquaresSlope([])).toBe(0);
    expect(leastSquaresSlope([Number.NaN, 5])).toBe(0);
  });
});
