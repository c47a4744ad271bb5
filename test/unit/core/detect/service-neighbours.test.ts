import { describe, expect, it } from '@jest/globals';
import { nearestRows } from '#core/detect/service-neighbours.ts';
import { normal, seededRandom } from '#core/math/random.ts';

describe('nearestRows', () => {
  it('agrees with sorting all distances', () => {
    const random = seededRandom(7, 'neighbours');
    const reference = Float64Array.from({ length: 3 * 200 }, () => normal(random));
    const row = Float64Array.of(0.1, -0.2, 0.3);
    const all = Array.from({ length: 200 }, (_, k) => {
      const at = reference.subarray(3 * k, 3 * k + 3);
      return { at, squared: at.reduce((sum, value, j) => sum + (value - row[j]!) ** 2, 0) };
    }).sort((a, b) => a.squared - b.squared);
    for (const count of [1, 5, 17]) {
      const best = all.slice(0, count);
      const { squared, centre } = nearestRows(row, reference, count);
      expect(squared).toBeCloseTo(best.reduce((sum, b) => sum + b.squared, 0) / count, 12);
      expect(centre[1]).toBeCloseTo(best.reduce((sum, { at }) => sum + at[1]!, 0) / count, 12);
    }
  });

  it('takes what there is, and has no answer when there is nothing', () => {
    expect(nearestRows(Float64Array.of(0), Float64Array.of(1, 3), 5).squared).toBe(5);
    expect(nearestRows(Float64Array.of(0), new Float64Array(0), 5).squared).toBeNaN();
    expect(nearestRows(Float64Array.of(1), Float64Array.of(1), 1, true).squared).toBeNaN();
  });
});
