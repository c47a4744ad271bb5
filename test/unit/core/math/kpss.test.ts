import { describe, expect, it } from '@jest/globals';
import { kpssStatistic } from '#core/math/kpss.ts';

// Longer series are compared with R in test/golden/forecast-arima.test.ts.
describe('kpssStatistic', () => {
  it('is the sum of squared partial sums over n² times the variance', () => {
    // Deviations -1.5, -0.5, 0.5, 1.5; partial sums -1.5, -2, -1.5, 0 with squares 2.25 + 4 + 2.25
    // = 8.5; n² s² = 4 · 5 = 20, no lags below nineteen values.
    expect(kpssStatistic([1, 2, 3, 4])).toBeCloseTo(8.5 / 20, 12);
  });

  it('weighs one lag by a half from nineteen values on', () => {
    // Alternating ±1, twenty of them: partial sums 1, 0, 1, 0, … with 10 squares of 1. The variance
    // times n is 20 + 2 · 1/2 · (-19) = 1, and 3√20 / 13 = 1.03 is one lag.
    const alternating = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1 : -1));
    expect(kpssStatistic(alternating)).toBeCloseTo(10 / (20 * 1), 12);
  });

  it('passes over missing values, and is 0 for a constant', () => {
    expect(kpssStatistic([1, Number.NaN, 2, 3, 4, Number.NaN])).toBe(kpssStatistic([1, 2, 3, 4]));
    expect(kpssStatistic([7, 7, 7])).toBe(0);
    expect(kpssStatistic([7])).toBe(0);
  });
});
