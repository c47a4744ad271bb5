import { describe, expect, it } from '@jest/globals';
import { calibrated } from '#core/forecast/calibrated.ts';
import { restoreNaive } from '#core/forecast/naive.ts';
import { HOUR } from '#core/time.ts';
import { alternating, calibrationOf } from '#test/helpers/calibration.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const FREE = { minimum: -Infinity, maximum: Infinity };
const saying = (last: number, cutoff = 0) =>
  restoreNaive({ kind: 'naive', version: 1, seriesId: 'test', step: HOUR, cutoff, last });

/** Nine errors, so that the ranks of 0.1, 0.5 and 0.9 are 1, 5 and 9. */
const NINE = calibrationOf(1, { 1: [-4, -3, -2, -1, 0, 1, 2, 3, 8] });

describe('calibrated', () => {
  it('adds the quantiles of the error to the points', () => {
    const { point, quantiles } = calibrated(saying(10), NINE, FREE).predict({
      horizon: 4,
      quantiles: [0.1, 0.5, 0.9],
    });
    expect([...point]).toEqual([10, 10, 10, 10]);
    expect(quantiles.map(({ q }) => q)).toEqual([0.1, 0.5, 0.9]);
    // One step ahead the errors themselves; with nothing else known, √4 times them four ahead.
    expect(quantiles.map(({ values }) => values[0])).toEqual([6, 10, 18]);
    expect(quantiles.map(({ values }) => values[3])).toEqual([2, 10, 26]);
  });

  it('clips points and quantiles to the bounds', () => {
    const model = calibrated(saying(1.5), NINE, { minimum: 0, maximum: 1 });
    const { point, quantiles } = model.predict({ horizon: 2, quantiles: [0.1, 0.9] });
    expect([...point]).toEqual([1, 1]);
    expect(quantiles.map(({ values }) => [...values])).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it('keeps the errors over an update and hands out the inner state', () => {
    const model = calibrated(saying(10), NINE, FREE).update(historyOf([20], { from: 1 }));
    expect(model.cutoff).toBe(HOUR);
    const { quantiles } = model.predict({ horizon: 1, quantiles: [0.9] });
    expect([...quantiles[0]!.values]).toEqual([28]);
    expect(model.toState()).toMatchObject({ kind: 'naive', last: 20 });
  });

  it('widens with the volatility that updates bring', () => {
    // Thirty errors, rank 31 · 0.9 = 27.9, made at a scale of 2, which is the scale at first: the
    // band's end is 27.9. After a day at a scale of 10 it is (27.9 + 10 · 27.9 / 2) / 2.
    const errors = Array.from({ length: 30 }, (_, i) => i + 1);
    const before = calibrated(saying(0, 287 * HOUR), calibrationOf(1, { 1: errors }, 2), FREE);
    const after = before.update(historyOf(alternating(288, 10), { from: 288 }));
    const end = (model: typeof before) => {
      const { point, quantiles } = model.predict({ horizon: 1, quantiles: [0.9] });
      return quantiles[0]!.values[0]! - point[0]!;
    };
    expect(end(before)).toBeCloseTo(27.9, 9);
    expect(end(after)).toBeCloseTo((27.9 + 5 * 27.9) / 2, 9);
  });

  it('gives points without a calibration, and refuses quantiles', () => {
    const model = calibrated(saying(10), null, FREE);
    expect([...model.predict({ horizon: 1 }).point]).toEqual([10]);
    expect(() => model.predict({ horizon: 1, quantiles: [0.5] })).toThrow(
      expect.objectContaining({ code: 'QUANTILES_UNSUPPORTED' }),
    );
    expect(model.update(historyOf([20], { from: 1 })).predict({ horizon: 1 }).point[0]).toBe(20);
  });

  it('refuses bad requests as every model does', () => {
    const model = calibrated(saying(10), NINE, FREE);
    expect(() => model.predict({ horizon: 0 })).toThrow(
      expect.objectContaining({ code: 'HORIZON_OUT_OF_RANGE' }),
    );
    expect(() => model.predict({ horizon: 1, quantiles: [95] })).toThrow(
      expect.objectContaining({ code: 'QUANTILE_OUT_OF_RANGE' }),
    );
  });
});
