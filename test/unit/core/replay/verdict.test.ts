import { describe, expect, it } from '@jest/globals';
import { verdictOf } from '#core/replay/verdict.ts';

describe('a verdict', () => {
  it('asks for more standard errors where there are few days', () => {
    // Saved 2 and 10: mean 6, deviation √32, standard error √32 / √2 = 4; 6 / 4 = 1.5.
    expect(verdictOf([20, 20], [18, 10], true).finding).toBe('as_good');
    // 8 and 12: standard error 2, and 10 / 2 = 5 is above 2, but below the 12.7 of two days.
    expect(verdictOf([20, 20], [12, 8], true)).toMatchObject({
      finding: 'as_good',
      savedPerDay: 10,
      standardError: 2,
    });
    // 10 ± 0.5: standard error 0.5, and 20 errors are enough.
    expect(verdictOf([20, 20], [10.5, 9.5], true).finding).toBe('helios_better');
  });

  it('asks for two where there are two weeks', () => {
    // Seven times 0 and seven times 10: mean 5, standard error √(14 × 25 / 13 / 14) = 1.387, ratio 3.6.
    const half = Array.from({ length: 14 }, (_, day) => (day % 2 === 0 ? 20 : 10));
    expect(verdictOf(Array(14).fill(20), half, true).finding).toBe('helios_better');
    // Five times 10: mean 50 / 14 = 3.571, squares 500 − 14 × 3.571² = 321.4, error √(321.4 / 13 / 14)
    // = 1.329, ratio 2.69. Three times: 2.143, 235.7, 1.138, ratio 1.88.
    const saved = (days: number) => Array.from({ length: 14 }, (_, i) => (i < days ? 10 : 20));
    expect(verdictOf(Array(14).fill(20), saved(5), true).finding).toBe('helios_better');
    expect(verdictOf(Array(14).fill(20), saved(3), true).finding).toBe('as_good');
  });

  it('says nothing of policies that do not cost the same, and of one day', () => {
    expect(verdictOf([20, 20], [0, 0], false).finding).toBe('not_comparable');
    expect(verdictOf([20], [0], true)).toMatchObject({ finding: 'as_good', standardError: null });
  });
});
