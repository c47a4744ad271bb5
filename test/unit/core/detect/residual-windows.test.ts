import { describe, expect, it } from '@jest/globals';
import {
  contrastAt,
  meanBetween,
  reachOf,
  summed,
  surpriseAt,
  surpriseSum,
} from '#core/detect/residual-windows.ts';

const { NaN: GAP } = Number;
const of = (...values: readonly number[]) => Float64Array.from(values);

describe('meanBetween', () => {
  it('is the mean of the rows that are present, if these are half of them', () => {
    const values = of(1, 3, GAP, 8, GAP, GAP);
    expect(meanBetween(summed(values), 0, 2)).toBe(2);
    expect(meanBetween(summed(values), 1, 4)).toBe(5.5); // 3, missing, 8
    expect(meanBetween(summed(values), 2, 4)).toBe(8); // one of two
    expect(meanBetween(summed(values), 3, 6)).toBe(GAP); // one of three
  });

  it('puts long windows together from sixes, with the same bits wherever the column begins', () => {
    // 0.1, 0.2 … 2.0 without the 7th and 15th: the newest 13 are 0.8 … 2.0 without 1.5.
    const values = Float64Array.from({ length: 20 }, (_, i) => (i % 8 === 6 ? GAP : (i + 1) / 10));
    const mean = meanBetween(summed(values), 7, 20);
    expect(mean).toBeCloseTo((18.2 - 1.5) / 12, 12); // 13 × 1.4 = 18.2
    expect(meanBetween(summed(values.subarray(5)), 2, 15)).toBe(mean);
    expect(meanBetween(summed(values.map((value, i) => (i === 6 ? 9 : value))), 7, 20)).toBe(mean);
  });

  it('knows nothing of what lies before the first row', () => {
    expect(meanBetween(summed(of(1, 2, 3)), -1, 2)).toBe(GAP);
  });
});

describe('contrastAt', () => {
  const contrast = { recent: 2, before: 3, gap: 1 };
  const values = of(1, 2, 3, 100, 10, 20, 7);

  it('is the newest mean minus the one before, the gap left out', () => {
    expect(reachOf(contrast)).toBe(6);
    expect(contrastAt(summed(values), 5, contrast)).toBe(13); // (10 + 20) / 2 - (1 + 2 + 3) / 3
    expect(contrastAt(summed(values), 6, contrast)).toBe(13.5 - 35); // (20 + 7) / 2 - (2 + 3 + 100) / 3
  });

  it('is missing where it reaches before the first row, or half of a part is missing', () => {
    expect(contrastAt(summed(values), 4, contrast)).toBe(GAP);
    expect(contrastAt(summed(of(1, GAP, GAP, 100, 10, 20)), 5, contrast)).toBe(GAP);
    expect(contrastAt(summed(of(1, GAP, 3, 100, GAP, 20)), 5, contrast)).toBe(18); // 20 - (1 + 3) / 2
  });
});

describe('surprises', () => {
  const past = { centre: 10, coefficients: [0.5, 0, 0, 0, 0, 0.25] };
  const values = of(14, 0, 0, 0, 0, 12, 18, 10);

  it('are what the six residuals before do not foretell', () => {
    // 18 - 10 = 8, of which 0.5 (12 - 10) and 0.25 (14 - 10) were to be expected.
    expect(surpriseAt(values, 6, past)).toBe(6);
    // 10 - 10 = 0, and 0.5 (18 - 10) + 0.25 (0 - 10) = 1.5 was to be expected.
    expect(surpriseAt(values, 7, past)).toBe(-1.5);
    expect(surpriseAt(values, 5, past)).toBe(GAP);
  });

  it('are missing where one of the seven is', () => {
    expect(surpriseAt(of(14, 0, 0, GAP, 0, 12, 18), 6, past)).toBe(GAP);
  });

  it('add up over the newest rows, and not across a gap or the first row', () => {
    const surprises = of(1, 2, GAP, 4, 5, 6);
    expect(surpriseSum(surprises, 5, 1)).toBe(6);
    expect(surpriseSum(surprises, 5, 3)).toBe(15);
    expect(surpriseSum(surprises, 5, 4)).toBe(GAP);
    expect(surpriseSum(surprises, 1, 2)).toBe(3);
    expect(surpriseSum(surprises, 1, 3)).toBe(GAP);
  });
});
