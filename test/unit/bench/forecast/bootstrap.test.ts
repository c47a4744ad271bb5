import { describe, expect, it } from '@jest/globals';
import { bootstrapRatio } from '../../../../bench/forecast/bootstrap.ts';

const OPTIONS = { draws: 2_000, seed: 3, level: 0.9 };
const logs = (...ratios: number[]) => Float64Array.from(ratios, Math.log);

describe('bootstrapRatio', () => {
  it('is the geometric mean over columns of geometric means over series', () => {
    // √(2 × 8) = 4 and 1 (one series has none): √4 = 2.
    const result = bootstrapRatio([logs(2, 8), Float64Array.of(Math.log(1), Number.NaN)], OPTIONS);
    expect(result?.ratio).toBeCloseTo(2, 12);
  });

  it('has no width where all series say the same', () => {
    const result = bootstrapRatio([logs(0.5, 0.5, 0.5)], OPTIONS);
    expect(result?.lower).toBeCloseTo(0.5, 12);
    expect(result?.upper).toBeCloseTo(0.5, 12);
  });

  it('spans what draws of two series can be: each alone in a quarter of them', () => {
    const result = bootstrapRatio([logs(0.5, 2)], OPTIONS);
    expect(result?.ratio).toBeCloseTo(1, 12);
    expect(result?.lower).toBeCloseTo(0.5, 12);
    expect(result?.upper).toBeCloseTo(2, 12);
  });

  it('is about as wide as the normal interval of the mean log ratio', () => {
    const values = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1.1 : 0.9));
    const result = bootstrapRatio([logs(...values)], OPTIONS);
    // Standard error: half the distance of the logs / √100; 1.645 of them on both sides.
    const half = (1.645 * (Math.log(1.1) - Math.log(0.9))) / 2 / 10;
    const width = Math.log(result!.upper) - Math.log(result!.lower);
    // The ends of 2,000 draws scatter by about 3 % of the width.
    expect(Math.abs(width / (2 * half) - 1)).toBeLessThan(0.1);
  });

  it('gives the same with the same seed, and something else with another', () => {
    const columns = [logs(0.7, 1.3, 0.9, 1.1, 0.4)];
    expect(bootstrapRatio(columns, OPTIONS)).toEqual(bootstrapRatio(columns, OPTIONS));
    expect(bootstrapRatio(columns, { ...OPTIONS, seed: 4 })).not.toEqual(
      bootstrapRatio(columns, OPTIONS),
    );
  });

  it('leaves out draws without any value, and says nothing of none', () => {
    const result = bootstrapRatio([Float64Array.of(Math.log(3), Number.NaN)], OPTIONS);
    expect(result?.lower).toBeCloseTo(3, 12);
    expect(bootstrapRatio([Float64Array.of(Number.NaN)], OPTIONS)).toBeNull();
    expect(bootstrapRatio([], OPTIONS)).toBeNull();
  });
});
