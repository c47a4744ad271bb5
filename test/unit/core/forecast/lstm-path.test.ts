import { describe, expect, it } from '@jest/globals';
import { continuePath, pathsOf, quantilePath } from '#core/forecast/lstm-path.ts';
import { DAY, HOUR } from '#core/time.ts';

const plain = (values: Iterable<number>) => [...values];

describe('the path of several heads', () => {
  it('has each step from one head, each head with its scale', () => {
    // Anchor 10: the first head says +1 at scale 2, the second +0.5 and -1 at scale 4.
    const { point } = pathsOf([Float64Array.of(1), Float64Array.of(0.5, -1)], [2, 4], 10, false);
    expect(plain(point)).toEqual([12, 12, 6]);
  });

  it('has quantiles that a softplus keeps apart', () => {
    // One head of two steps: medians 0 and 1, then what is below, then what is above.
    // softplus(0) = ln 2; softplus(-1000) = 0, softplus(1000) = 1000.
    const output = Float64Array.of(0, 1, 0, -1000, 1000, 0);
    const { low, point, high } = pathsOf([output], [3], 100, true);
    expect(plain(point)).toEqual([100, 103]);
    expect(low[0]).toBeCloseTo(100 - 3 * Math.LN2, 12);
    expect(low[1]).toBe(103);
    expect(high[0]).toBe(3100);
    expect(high[1]).toBeCloseTo(103 + 3 * Math.LN2, 12);
  });

  it('is interpolated between the learned quantiles', () => {
    const paths = { low: Float64Array.of(0), point: Float64Array.of(8), high: Float64Array.of(10) };
    const at = (q: number) => quantilePath(paths, q)[0];
    expect(at(0.1)).toBe(0);
    expect(at(0.5)).toBe(8);
    expect(at(0.9)).toBe(10);
    // Half way between .1 and .5, and between .5 and .9.
    expect(at(0.3)).toBeCloseTo(4, 12);
    expect(at(0.7)).toBeCloseTo(9, 12);
  });
});

describe('a path made longer', () => {
  it('holds its last value when it is shorter than a day', () => {
    expect(plain(continuePath(Float64Array.of(1, 2), 4, HOUR))).toEqual([1, 2, 2, 2]);
    expect(plain(continuePath(Float64Array.of(1, 2), 1, HOUR))).toEqual([1]);
  });

  it('repeats its last day when it holds one', () => {
    // Two steps a day.
    expect(plain(continuePath(Float64Array.of(1, 2, 3), 6, DAY / 2))).toEqual([1, 2, 3, 2, 3, 2]);
    // No whole number of steps a day.
    expect(plain(continuePath(Float64Array.of(1, 2, 3), 4, DAY / 2.5))).toEqual([1, 2, 3, 3]);
  });
});
