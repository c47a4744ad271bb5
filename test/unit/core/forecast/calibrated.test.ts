import { describe, expect, it } from '@jest/globals';
import type { Calibration } from '#core/evaluate/conformal.ts';
import { calibrated } from '#core/forecast/calibrated.ts';
import { restoreNaive } from '#core/forecast/naive.ts';
import { HOUR } from '#core/time.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const FREE = { minimum: -Infinity, maximum: Infinity };
const saying = (last: number) =>
  restoreNaive({ kind: 'naive', version: 1, seriesId: 'test', step: HOUR, cutoff: 0, last });

/** Nine errors a bucket, so that the ranks of 0.1, 0.5 and 0.9 are 1, 5 and 9. */
const NINE: Calibration = {
  kind: 'split-conformal',
  version: 1,
  buckets: [
    { fromStep: 1, toStep: 1, errors: [-4, -3, -2, -1, 0, 1, 2, 3, 8], pooled: false },
    { fromStep: 2, toStep: 3, errors: [-40, -3, -2, -1, 1, 1, 2, 3, 80], pooled: false },
  ],
};

describe('calibrated', () => {
  it('adds the error quantiles of each bucket to the points, the last bucket from there on', () => {
    const { point, quantiles } = calibrated(saying(10), NINE, FREE).predict({
      horizon: 5,
      quantiles: [0.1, 0.5, 0.9],
    });
    expect([...point]).toEqual([10, 10, 10, 10, 10]);
    expect(quantiles.map(({ q }) => q)).toEqual([0.1, 0.5, 0.9]);
    expect(quantiles.map(({ values }) => [...values])).toEqual([
      [6, -30, -30, -30, -30],
      [10, 11, 11, 11, 11],
      [18, 90, 90, 90, 90],
    ]);
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

  it('keeps the calibration over an update and hands out the inner state', () => {
    const model = calibrated(saying(10), NINE, FREE).update(historyOf([20], { from: 1 }));
    expect(model.cutoff).toBe(HOUR);
    const { quantiles } = model.predict({ horizon: 1, quantiles: [0.9] });
    expect([...quantiles[0]!.values]).toEqual([28]);
    expect(model.toState()).toMatchObject({ kind: 'naive', last: 20 });
  });

  it('gives points without a calibration, and refuses quantiles', () => {
    const model = calibrated(saying(10), null, FREE);
    expect([...model.predict({ horizon: 1 }).point]).toEqual([10]);
    expect(() => model.predict({ horizon: 1, quantiles: [0.5] })).toThrow(
      expect.objectContaining({ code: 'QUANTILES_UNSUPPORTED' }),
    );
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
