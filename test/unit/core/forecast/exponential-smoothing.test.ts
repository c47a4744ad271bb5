import { describe, expect, it } from '@jest/globals';
import { ets } from '#core/forecast/ets.ts';
import { smoothedPath, smoothOver } from '#core/forecast/exponential-smoothing.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const START = { alpha: 0.5, beta: 0.25, damping: 0.5, level: 10, trend: 2 };

describe('exponential smoothing', () => {
  it('moves level and trend by the error', () => {
    // Expected 10 + 0.5 × 2 = 11, error 2: level 11 + 1 = 12, trend 1 + 0.5 = 1.5.
    expect(smoothOver(START, Float64Array.of(13))).toEqual({ ...START, level: 12, trend: 1.5 });
  });

  it('goes on along its trend where a value is missing', () => {
    expect(smoothOver(START, Float64Array.of(Number.NaN))).toEqual({
      ...START,
      level: 11,
      trend: 1,
    });
  });

  it('damps the trend along the horizon', () => {
    // 10 + 2 × (1/2, 1/2 + 1/4, 1/2 + 1/4 + 1/8)
    expect([...smoothedPath(START, 3)]).toEqual([11, 11.5, 11.75]);
  });
});

describe('ets', () => {
  it('forecasts a constant as it is, without a trend, and follows its first move', async () => {
    const fitted = await ets().fit(historyOf(new Array(30).fill(7)));
    expect(fitted.toState()).toMatchObject({ form: 'ANN', level: 7, trend: 0 });
    const moved = fitted.update(historyOf([9], { from: 30 }));
    expect(moved.predict({ horizon: 1 }).point[0]).toBeCloseTo(9, 3);
  });

  it('follows a line and lets it level off', async () => {
    const fitted = await ets().fit(historyOf(Array.from({ length: 60 }, (_, i) => 5 + i)));
    expect(fitted.toState().form).toBe('AAdN');
    const { point } = fitted.predict({ horizon: 2000 });
    expect(point[0]).toBeGreaterThan(64.5);
    // At most damping / (1 - damping) = 49 steps of the trend, which is at most 1 a step or so.
    expect(point[1999]).toBeLessThan(64 + 50);
  });

  it('learns from the last 2,016 values only', async () => {
    const wild = Array.from({ length: 500 }, (_, i) => (i % 7) * 1000);
    const tail = Array.from({ length: 2016 }, (_, i) => 50 + ((i * 13) % 11));
    const whole = (await ets().fit(historyOf([...wild, ...tail]))).toState();
    const alone = (await ets().fit(historyOf(tail, { from: 500 }))).toState();
    expect(whole).toEqual(alone);
  });

  it('looks further back where the last values are missing', async () => {
    const gone = new Array<number>(2100).fill(Number.NaN);
    const fitted = await ets().fit(historyOf([...new Array(30).fill(4), ...gone]));
    expect([...fitted.predict({ horizon: 2 }).point]).toEqual([4, 4]);
  });

  it('calls the checkpoint, which may stop it', async () => {
    const checkpoint = () => {
      throw new Error('out of time');
    };
    const fit = ets().fit(historyOf(Array.from({ length: 40 }, (_, i) => i % 5)), { checkpoint });
    await expect(fit).rejects.toThrow('out of time');
  });
});
