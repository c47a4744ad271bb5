import { describe, expect, it } from '@jest/globals';
import { planBacktest } from '#core/evaluate/backtest-plan.ts';
import { bucketOf, bucketsWithin, HORIZON_BUCKETS } from '#core/evaluate/horizon-buckets.ts';
import { newPart, rollingOrigin, trainingPart } from '#core/evaluate/rolling-origin.ts';
import { makeFrame } from '#core/series/frame.ts';
import { DEFAULT_STEP, durationMs, HOUR, MINUTE } from '#core/time.ts';
import { seriesOf } from '#test/helpers/series-of.ts';

describe('horizon buckets', () => {
  it('join without gap or overlap', () => {
    HORIZON_BUCKETS.forEach(({ fromStep, toStep }, i) => {
      expect(fromStep).toBe((HORIZON_BUCKETS[i - 1]?.toStep ?? 0) + 1);
      expect(bucketOf(fromStep)).toBe(i);
      expect(bucketOf(toStep)).toBe(i);
    });
  });

  it('put what lies beyond into the last', () => {
    expect(bucketOf(2017)).toBe(HORIZON_BUCKETS.length - 1);
  });

  it.each([0, -1, 1.5, Number.NaN])('have no bucket for step %p', (step) => {
    expect(() => bucketOf(step)).toThrow(RangeError);
  });

  it('are cut off at the horizon', () => {
    expect(bucketsWithin(5)).toEqual([
      { fromStep: 1, toStep: 1 },
      { fromStep: 2, toStep: 3 },
      { fromStep: 4, toStep: 5 },
    ]);
    expect(bucketsWithin(288)).toHaveLength(7);
  });
});

describe('rollingOrigin', () => {
  const options = {
    initial: 4,
    horizon: 3,
    stride: 2,
    window: 'expanding' as const,
    refit: 2 as const,
  };

  it('draws the folds of its docstring', () => {
    expect(rollingOrigin(10, options)).toEqual([
      { origin: 3, trainFrom: 0, refit: true, steps: 3 },
      { origin: 5, trainFrom: 0, refit: false, steps: 3 },
      { origin: 7, trainFrom: 0, refit: true, steps: 2 },
    ]);
  });

  it('slides a window of fixed length, shorter at the start', () => {
    const folds = rollingOrigin(10, { ...options, window: 5, refit: 'every' });
    expect(folds.map(({ trainFrom }) => trainFrom)).toEqual([0, 1, 3]);
    expect(folds.every(({ refit }) => refit)).toBe(true);
  });

  it('has no fold when nothing follows the first training part', () => {
    expect(rollingOrigin(4, options)).toEqual([]);
    expect(rollingOrigin(5, options)).toHaveLength(1);
  });

  it.each(['initial', 'horizon', 'stride', 'window', 'refit'])('refuses a %s of 0', (name) => {
    expect(() => rollingOrigin(10, { ...options, [name]: 0 })).toThrow(RangeError);
  });
});

describe('the parts of a fold', () => {
  const target = seriesOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const history = { target, covariates: makeFrame(new Map([['other', target]])) };
  const fold = { origin: 5, trainFrom: 2, refit: true, steps: 3 };

  it('are what may be learned from, the covariates as well', () => {
    const part = trainingPart(history, fold);
    expect([...part.target.values]).toEqual([2, 3, 4, 5]);
    expect(part.target.start).toBe(2 * HOUR);
    expect([...(part.covariates?.series.get('other')?.values ?? [])]).toEqual([2, 3, 4, 5]);
  });

  it('are what is new since', () => {
    const part = newPart(history, 3, fold);
    expect([...part.target.values]).toEqual([4, 5]);
    expect(part.target.start).toBe(4 * HOUR);
    expect(newPart(history, -7, fold).target.values).toHaveLength(6);
  });

  it('hold no memory of what follows', () => {
    for (const part of [trainingPart(history, fold), newPart(history, 3, fold)]) {
      expect(part.target.values.buffer.byteLength).toBe(part.target.values.byteLength);
    }
  });
});

describe('planBacktest', () => {
  it('makes a small backtest of 30 steps', () => {
    const plan = planBacktest(30, DEFAULT_STEP);
    expect(plan).toMatchObject({ initial: 24, horizon: 6, stride: 1 });
    // Origins after 24, 25, … 29 values.
    expect(rollingOrigin(30, plan)).toHaveLength(6);
  });

  it('spreads about 160 origins over the last half of four weeks', () => {
    // 4032 / 160 = 25.2, and 25 shares nothing with the day of 288. 4032 / 25 = 161.3.
    const plan = planBacktest(8064, DEFAULT_STEP);
    expect(plan).toMatchObject({ initial: 4032, horizon: 288, stride: 25, refit: 162 });
    expect(rollingOrigin(8064, plan)).toHaveLength(162);
  });

  it.each([30, 400, 8064])('fits once over %i steps, before the first origin', (length) => {
    const folds = rollingOrigin(length, planBacktest(length, DEFAULT_STEP));
    expect(folds.map(({ refit }) => refit)).toEqual(folds.map((_, i) => i === 0));
  });

  it('looks a day ahead below an hour and a month of hours from an hour on', () => {
    // Half of 2000 steps are left to score, which is more than either.
    expect(planBacktest(2000, durationMs(30 * MINUTE)).horizon).toBe(288);
    expect(planBacktest(2000, HOUR).horizon).toBe(720);
    expect(planBacktest(1000, HOUR).horizon).toBe(500);
  });

  it('never falls on the same times of day again and again', () => {
    // Half of 92,160 five-minute steps over 160 origins is a stride of a day. 46,080 / 289 = 159.4.
    const plan = planBacktest(92_160, DEFAULT_STEP);
    const slots = rollingOrigin(92_160, plan).map(({ origin }) => origin % 288);
    expect(plan.stride).toBe(289);
    expect(new Set(slots).size).toBe(160);
  });

  it('works where a day is no whole number of steps', () => {
    // 1000 / 160 = 6.25.
    expect(planBacktest(2000, durationMs(7 * MINUTE)).stride).toBe(6);
  });

  it('refuses a history with nothing left to score', () => {
    expect(planBacktest(25, HOUR)).toMatchObject({ initial: 24, horizon: 1 });
    expect(() => planBacktest(24, HOUR)).toThrow(
      expect.objectContaining({ code: 'HISTORY_TOO_SHORT' }),
    );
  });
});
