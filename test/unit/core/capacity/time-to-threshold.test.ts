import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  crossingDistribution,
  crossingQuantile,
  isBeyond,
  type Moment,
  probabilityBeyond,
} from '#core/capacity/time-to-threshold.ts';
import { epochMs } from '#core/time.ts';

/** Quantiles 0.1, 0.5 and 0.9 of one moment. */
function moment(at: number, low: number, middle: number, high: number): Moment {
  return {
    at: epochMs(at),
    quantiles: [
      { q: 0.1, value: low },
      { q: 0.5, value: middle },
      { q: 0.9, value: high },
    ],
  };
}

describe('the probability beyond a limit', () => {
  const { quantiles } = moment(0, 10, 20, 60);

  it.each([
    [20, 0.5],
    // Half-way from 0.5 at 20 to 0.9 at 60: below with 0.7.
    [40, 0.3],
    // Half-way from 0.1 at 10 to 0.5 at 20: below with 0.3.
    [15, 0.7],
    [10, 0.9],
    [60, 0],
    [61, 0],
    [9, 1],
  ])('above %p is %p', (limit, probability) => {
    expect(probabilityBeyond(quantiles, limit, 'above')).toBeCloseTo(probability, 12);
  });

  it.each([
    [20, 0.5],
    [40, 0.7],
    [10, 0],
    [9, 0],
    [61, 1],
  ])('below %p is %p', (limit, probability) => {
    expect(probabilityBeyond(quantiles, limit, 'below')).toBeCloseTo(probability, 12);
  });

  it('of a certain value on the limit is none: on it is not beyond it', () => {
    const certain = moment(0, 5, 5, 5).quantiles;
    expect(probabilityBeyond(certain, 5, 'above')).toBe(0);
    expect(probabilityBeyond(certain, 5, 'below')).toBe(0);
    expect(probabilityBeyond(certain, 4, 'above')).toBe(1);
    expect(isBeyond(5, 5, 'above')).toBe(false);
  });

  it('of nothing known is none', () => {
    expect(probabilityBeyond([], 5, 'above')).toBe(0);
    expect(probabilityBeyond([{ q: 0.5, value: Number.NaN }], 5, 'below')).toBe(0);
  });
});

describe('the time of crossing', () => {
  // In turn 50 is above all; three quarters of the way from q 0.5 at 20 to q 0.9 at 60, so passed
  // with 1 - 0.8; the median; and as the second again.
  const path = [
    moment(1, 10, 20, 40),
    moment(2, 10, 20, 60),
    moment(3, 30, 50, 90),
    moment(4, 10, 20, 60),
  ];
  const distribution = crossingDistribution(path, 50, 'above');

  it('has a probability that never falls, although the value may come back', () => {
    expect(distribution.map(({ probability }) => Number(probability.toFixed(9)))).toEqual([
      0, 0.2, 0.5, 0.5,
    ]);
  });

  it('has quantiles, and none that it does not reach', () => {
    expect(crossingQuantile(distribution, 0.1)).toBe(2);
    expect(crossingQuantile(distribution, 0.5)).toBe(3);
    expect(crossingQuantile(distribution, 0.9)).toBeUndefined();
    expect(crossingQuantile([], 0.1)).toBeUndefined();
  });

  it('lies within [0, 1] and comes no earlier for a farther limit', () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const moments = fc.array(
      fc.tuple(value, value, value).map((values) => {
        const [low = 0, middle = 0, high = 0] = values.toSorted((a, b) => a - b);
        return [low, middle, high] as const;
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(
        moments,
        value,
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (paths, near, by) => {
          const walk = paths.map(([low, middle, high], i) => moment(i, low, middle, high));
          const nearer = crossingDistribution(walk, near, 'above');
          const farther = crossingDistribution(walk, near + by, 'above');
          nearer.forEach(({ probability }, i) => {
            expect(probability).toBeGreaterThanOrEqual(nearer[i - 1]?.probability ?? 0);
            expect(probability).toBeLessThanOrEqual(1);
            expect(farther[i]?.probability).toBeLessThanOrEqual(probability + 1e-12);
          });
        },
      ),
    );
  });
});
