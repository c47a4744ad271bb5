import { describe, expect, it } from '@jest/globals';
import {
  advanceAnchor,
  type ProphetState,
  prophetAt,
  restoreProphet,
} from '#core/forecast/prophet.ts';
import { seasonAt } from '#core/forecast/prophet-season.ts';
import { trendAt } from '#core/forecast/prophet-trend.ts';
import { HOUR } from '#core/time.ts';
import { historyOf } from '#test/helpers/series-of.ts';

/** 1.5 + t up to t = 0.5, flat after it; a sine of a day; 0 is 10, 1 is 12; t = 1 after ten hours. */
const CURVE: ProphetState = {
  kind: 'prophet',
  version: 1,
  seriesId: 'test',
  step: HOUR,
  cutoff: 5 * HOUR,
  origin: 0,
  span: 10 * HOUR,
  floor: 10,
  scale: 2,
  trend: { slope: 1, offset: 1.5, changepoints: [{ at: 0.5, change: -1 }] },
  mode: 'additive',
  seasons: [{ name: 'daily', periodDays: 1, harmonics: [{ sin: 0.25, cos: 0 }] }],
  anchor: null,
};

/** A flat curve at 10, and a series whose level is 14. */
const ANCHORED: ProphetState = {
  ...CURVE,
  trend: { slope: 0, offset: 0, changepoints: [] },
  seasons: [],
  anchor: { level: 14, age: 0, memory: 0.5, persistence: 0.5 },
};

const points = (state: ProphetState, horizon: number) => [
  ...restoreProphet(state).predict({ horizon }).point,
];

describe('the trend', () => {
  it('bends at each changepoint and keeps its last slope', () => {
    const trend = {
      slope: 2,
      offset: 1,
      changepoints: [
        { at: 0.25, change: -1 },
        { at: 0.5, change: -3 },
      ],
    };
    // Slopes 2, 1 and -2: 1 → 1.5 at 0.25 → 1.75 at 0.5 → 0.75 at 1 → -1.25 at 2.
    expect([-1, 0, 0.25, 0.5, 1, 2].map((time) => trendAt(trend, time))).toEqual([
      -1, 1, 1.5, 1.75, 0.75, -1.25,
    ]);
  });
});

describe('a season', () => {
  it('is the sum of its harmonics, on either side of 1970', () => {
    const season = {
      name: 'daily',
      periodDays: 1,
      harmonics: [
        { sin: 1, cos: 10 },
        { sin: 100, cos: 1000 },
      ],
    };
    // Angles 2π/4 = 90° and 180°: sin 1 and 0, cos 0 and -1. Three quarters back is a quarter on.
    expect(seasonAt(season, 6 * HOUR)).toBeCloseTo(1 - 1000, 9);
    expect(seasonAt(season, -18 * HOUR)).toBeCloseTo(1 - 1000, 9);
    // Angles 45° and 90°.
    expect(seasonAt(season, 3 * HOUR)).toBeCloseTo(11 * Math.SQRT1_2 + 100, 9);
  });

  it('keeps its digits after half a century of days', () => {
    const season = { name: 'weekly', periodDays: 7, harmonics: [{ sin: 1, cos: 0 }] };
    // 20 003 days are 2857 weeks and 4 days.
    expect(seasonAt(season, 20_003 * 24 * HOUR)).toBeCloseTo(Math.sin((8 * Math.PI) / 7), 12);
  });
});

describe('the curve', () => {
  it('adds the season to the trend', () => {
    // At six hours t = 0.6: trend 2, sine 1: 10 + 2 × (2 + 0.25).
    expect(prophetAt(CURVE, 6 * HOUR)).toEqual({ value: 14.5, trend: 14 });
  });

  it('takes the season as a share of the trend', () => {
    // 10 + 2 × 2 × 1.25.
    expect(prophetAt({ ...CURVE, mode: 'multiplicative' }, 6 * HOUR)).toEqual({
      value: 15,
      trend: 14,
    });
  });

  it('is the forecast when there is no anchor, whatever has been seen since', () => {
    const fitted = restoreProphet(CURVE);
    expect(fitted.predict({ horizon: 1 }).point[0]).toBe(14.5);
    const updated = fitted.update(historyOf([99, Number.NaN], { from: 6 }));
    expect(updated.predict({ horizon: 1 }).point[0]).toBe(prophetAt(CURVE, 8 * HOUR).value);
  });
});

describe('the anchor', () => {
  it('has the forecast begin at the level and go back to the curve', () => {
    expect(points(ANCHORED, 4)).toEqual([14, 12, 11, 10.5]);
  });

  it('gives the forecast of the last value when nothing has come since', () => {
    const later = restoreProphet(ANCHORED).update(historyOf([Number.NaN], { from: 6 }));
    expect([...later.predict({ horizon: 3 }).point]).toEqual([12, 11, 10.5]);
  });

  it('measures its gap against the curve one step on', () => {
    // The trend grows by 0.2 an hour until t = 0.5 (curve 14 at four hours, 14.0 at five).
    const rising = { ...CURVE, cutoff: 2 * HOUR, seasons: [], anchor: ANCHORED.anchor };
    // Curve at 3, 4, 5 hours: 10 + 2 × (1.8, 1.9, 2.0) = 13.6, 13.8, 14; gap 0.4, 0.2, 0.1.
    const expected = [14, 14, 14.1];
    points(rising, 3).forEach((value, h) => {
      expect(value).toBeCloseTo(expected[h]!, 12);
    });
  });

  it('moves its level half way to a value, three quarters after two steps', () => {
    const anchor = { level: 8, age: 0, memory: 0.5, persistence: 0.9 };
    expect(advanceAnchor(anchor, Float64Array.of(4))).toMatchObject({ level: 6, age: 0 });
    expect(advanceAnchor(anchor, Float64Array.of(Number.NaN, 4))).toMatchObject({ level: 5 });
    expect(advanceAnchor(anchor, Float64Array.of(4, Number.NaN))).toMatchObject({
      level: 6,
      age: 1,
    });
  });
});
