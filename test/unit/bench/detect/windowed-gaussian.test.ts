import { describe, expect, it } from '@jest/globals';
import { windowedGaussianScores } from '../../../../bench/detect/windowed-gaussian.ts';

describe('the windowed Gaussian', () => {
  it('scores by deviations from the mean of the values before', () => {
    // Before row 2: mean 2, deviation 1. Before row 3: mean 2, squares 2 of 3 values.
    const scores = windowedGaussianScores(Float64Array.of(1, 3, 2, 5));
    const z = 3 / Math.sqrt(2 / 3);
    expect(scores[0]).toBe(0);
    // One value has no deviation: 2 / 1e-6.
    expect(scores[1]).toBeCloseTo(2e6 / (1 + 2e6), 12);
    expect(scores[2]).toBe(0);
    expect(scores[3]).toBeCloseTo(z / (1 + z), 12);
  });

  it('forgets the first 100 values once 100 have come after a full window', () => {
    const values = Float64Array.from({ length: 6_501 }, (_, i) => (i < 100 ? 1_000 : 2 * (i % 2)));
    values[6_500] = 3;
    // Rows 100 to 6,499 have mean 1 and deviation 1: z = 2. With the first rows z would be below 1.
    expect(windowedGaussianScores(values)[6_500]).toBeCloseTo(2 / 3, 12);
  });

  it('looks at nothing after a row', () => {
    const values = Float64Array.from({ length: 200 }, (_, i) => Math.sin(i) + (i > 100 ? 50 : 0));
    const half = windowedGaussianScores(values.slice(0, 100));
    expect(windowedGaussianScores(values).slice(0, 100)).toEqual(half);
  });
});
