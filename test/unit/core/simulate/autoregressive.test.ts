import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '#core/math/random.ts';
import { mean, standardDeviation } from '#core/math/statistics.ts';
import { autoregressive } from '#core/simulate/autoregressive.ts';

describe('the autoregressive process', () => {
  const next = autoregressive(seededRandom(9), { sd: 3, halfLife: 10 }, 5);
  const values = Float64Array.from({ length: 40_000 }, next);

  it('forgets half of a deviation in its half-life', () => {
    // φ = 0.5^(5/10) = 0.7071, so 0.5 two steps apart; its standard error is
    // below sqrt(2 * 3 / 40000) = 0.012, since φ^2k sums to less than 3 over both sides.
    const products = values.slice(2).map((value, i) => value * (values[i] ?? Number.NaN));
    expect(Math.abs(mean(products) / 9 - 0.5)).toBeLessThan(0.03);
  });

  it('has mean 0 and the standard deviation asked for', () => {
    // Of 40000 values (1 - φ) / (1 + φ) = 0.172 count: 6860. 4 * 3 / sqrt(6860) = 0.145.
    expect(Math.abs(mean(values))).toBeLessThan(0.145);
    expect(Math.abs(standardDeviation(values) - 3)).toBeLessThan(0.145);
  });
});
