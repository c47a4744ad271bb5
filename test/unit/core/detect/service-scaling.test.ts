import { describe, expect, it } from '@jest/globals';
import { learningRows, metricScaling, scaled } from '#core/detect/service-scaling.ts';

describe('metricScaling', () => {
  it('measures by logarithms what is never negative', () => {
    // The median is 10, a tenth of it the offset: ln 6, ln 11 and ln 21 lie ln(11/6) = 0.606 below and
    // ln(21/11) = 0.647 above the middle. The median distance is the middle of 0, 0.606 and 0.647.
    const scaling = metricScaling('m', Float64Array.of(5, 10, 20))!;
    expect(scaling.offset).toBe(1);
    expect(scaling.centre).toBeCloseTo(Math.log(11), 12);
    expect(scaling.scale).toBeCloseTo(1.4826 * Math.log(11 / 6), 12);
    expect(scaled(scaling, 10)).toBeCloseTo(0, 12);
    expect(scaled(scaling, -7)).toBe(scaled(scaling, 0));
  });

  it('measures as they are values that are negative, or mostly 0', () => {
    // Median 1, distances 3, 1, 0, 1, 4.
    const signed = metricScaling('m', Float64Array.of(-2, 0, 1, 2, 5))!;
    expect(signed).toEqual({ metric: 'm', offset: null, centre: 1, scale: 1.4826 });
    // Mean 2; the standard deviation is √((4 · 4 + 64) / 4).
    const rare = metricScaling('m', Float64Array.of(0, 0, 0, 0, 10))!;
    expect(rare).toEqual({ metric: 'm', offset: null, centre: 0, scale: Math.sqrt(20) });
  });

  it('has no scale for constants, for what is mostly missing, and beyond doubles', () => {
    const nan = Number.NaN;
    for (const values of [
      [4, 4, 4],
      [0.1 + 0.2, 0.3, 0.3, 0.1 + 0.2],
      [0, 0, 0],
      [1, 2, nan, nan, Infinity],
      [-1e308, 1e308, -1e308, 1e308],
      [nan],
      [],
    ]) {
      expect(metricScaling('m', Float64Array.from(values))).toBeUndefined();
    }
  });

  it('keeps what is far beyond finite and passes over what is not a number', () => {
    const scaling = metricScaling('m', Float64Array.of(-1, 0, 1))!;
    expect(scaled(scaling, 1e308)).toBe(1e6);
    expect(scaled(scaling, -1e308)).toBe(-1e6);
    for (const value of [Number.NaN, Infinity, -Infinity]) expect(scaled(scaling, value)).toBeNaN();
  });
});

describe('learningRows', () => {
  const nan = Number.NaN;

  it('takes the rows without gaps', () => {
    const columns = [Float64Array.of(1, nan, 3, 4), Float64Array.of(5, 6, 7, nan)];
    const { columns: taken, rows } = learningRows(columns);
    expect([...rows]).toEqual([0, 2]);
    expect(taken.map((column) => [...column])).toEqual([
      [1, 3],
      [5, 7],
    ]);
  });

  it('fills the gaps when they are in most rows', () => {
    const columns = [Float64Array.of(1, nan, 3, 4, nan), Float64Array.of(nan, 6, 7, nan, 9)];
    const { columns: taken, rows } = learningRows(columns);
    expect([...rows]).toEqual([0, 1, 2, 3, 4]);
    expect(taken.map((column) => [...column])).toEqual([
      [1, 2, 3, 4, 4],
      [6, 6, 7, 8, 9],
    ]);
  });
});
