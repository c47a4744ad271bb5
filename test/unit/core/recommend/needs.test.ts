import { describe, expect, it } from '@jest/globals';
import { shortFrom } from '#core/recommend/expected.ts';
import {
  exceedance,
  peakOf,
  reactiveNeed,
  replicasFor,
  stepsWithin,
  utilizationOf,
  wholeReplicas,
} from '#core/recommend/needs.ts';
import { DEFAULT_POLICY } from '#core/recommend/policy.ts';
import { addMs, DEFAULT_STEP, HOUR, MINUTE } from '#core/time.ts';
import { DECIDED_AT, flatForecast } from '#test/helpers/scaling.ts';

describe('replicas', () => {
  it('are whole, and rounding errors cost none', () => {
    // 0.7 · 10 / 0.7 is 10.000000000000002 in doubles when 0.7 · 10 is rounded up first.
    expect([3, 3.2, 0, 7.000000000000001].map(wholeReplicas)).toEqual([3, 4, 0, 7]);
    expect(wholeReplicas(Number.NaN)).toBeNaN();
  });

  it('of a measured load keep it at the target', () => {
    expect(reactiveNeed(0.9 * 4, 0.7)).toBe(6); // 5.14
    expect(reactiveNeed(0.7 * 10, 0.7)).toBe(10);
    expect(reactiveNeed(0, 0.7)).toBe(0);
  });

  it('of a demand undo its utilisation', () => {
    const capacity = { perReplica: 100, idle: 0.2 };
    // 350 · 0.8 / (100 · 0.5) = 5.6 → 6; then 0.2 + 0.8 · 350 / 600 = 0.667 ≤ 0.7.
    expect(replicasFor(350, capacity, 0.7)).toBe(6);
    expect(utilizationOf(350, capacity, 6)).toBeCloseTo(2 / 3, 12);
    expect(utilizationOf(350, capacity, 5)).toBeGreaterThan(0.7);
  });

  it('are never enough where idle ones are used that much', () => {
    expect(replicasFor(1, { perReplica: 100, idle: 0.7 }, 0.7)).toBe(Infinity);
    expect(replicasFor(0, { perReplica: 100, idle: 0.7 }, 0.7)).toBe(0);
  });
});

describe('the steps of a time', () => {
  // The newest value is of 11:55; the first step forecast begins at 12:00, and it is 12:02.
  const forecast = flatForecast([1, 2, 3, 4], { steps: 3 });

  it('are all that it touches', () => {
    expect(stepsWithin(forecast, DECIDED_AT, addMs(DECIDED_AT, MINUTE, 2))).toEqual({
      first: 0,
      last: 0,
    });
    // Until 12:12: the steps of 12:00, 12:05 and 12:10.
    expect(stepsWithin(forecast, DECIDED_AT, addMs(DECIDED_AT, DEFAULT_STEP, 2))).toEqual({
      first: 0,
      last: 2,
    });
    // From 12:07 on.
    const later = addMs(DECIDED_AT, DEFAULT_STEP);
    expect(stepsWithin(forecast, later, addMs(later, DEFAULT_STEP))).toEqual({ first: 1, last: 2 });
  });

  it('are undefined where the forecast ends before', () => {
    expect(stepsWithin(forecast, DECIDED_AT, addMs(DECIDED_AT, DEFAULT_STEP, 3))).toBeUndefined();
  });

  it('have a peak, unless one of them is missing', () => {
    expect(peakOf([9, 1, 5, 2], { first: 1, last: 3 })).toBe(5);
    expect(peakOf([9, 1, Number.NaN, 2], { first: 1, last: 3 })).toBeNaN();
    expect(peakOf([9], { first: 0, last: 1 })).toBeNaN();
  });
});

describe('the probability to be short', () => {
  const forecast = flatForecast([100, 200, 300, 340]);
  const steps = { first: 0, last: 1 };

  it('is interpolated between quantiles', () => {
    // Half-way from 0.5 (200) to 0.9 (300): 1 − 0.7.
    expect(exceedance(forecast, 250, steps)).toBe(0.3);
    expect(exceedance(forecast, 300, steps)).toBe(0.1);
  });

  it('is the most that it can be beyond the outermost quantiles', () => {
    expect(exceedance(forecast, 400, steps)).toBe(0.02);
    expect(exceedance(forecast, 50, steps)).toBe(1);
  });

  it('is that of the likeliest step', () => {
    const rising = flatForecast([100, 200, 300, 340]);
    for (const { values } of rising.quantiles) if (values instanceof Float64Array) values[1] = 400;
    expect(exceedance(rising, 350, steps)).toBe(1);
    expect(exceedance(rising, 350, { first: 0, last: 0 })).toBe(0.02);
  });

  it('is unknown without quantiles', () => {
    expect(exceedance({ ...forecast, quantiles: [] }, 250, steps)).toBeNull();
  });
});

describe('the moment from which replicas are short', () => {
  const capacity = { perReplica: 1, idle: 0 };

  it('is the start of the first step above the threshold', () => {
    const forecast = flatForecast([1, 2, 3, 4]);
    const q90 = forecast.quantiles.find(({ q }) => q === 0.9)?.values;
    if (q90 instanceof Float64Array) q90.fill(9, 6);
    // The step 6 begins 7 steps after 11:55, at 12:30.
    const from = shortFrom(forecast, capacity, DEFAULT_POLICY, 10, DECIDED_AT);
    expect(from).toBe(addMs(DECIDED_AT, MINUTE, 28));
    expect(shortFrom(forecast, capacity, DEFAULT_POLICY, 11, DECIDED_AT)).toBeUndefined();
  });

  it('does not lie in steps that are over', () => {
    const forecast = flatForecast([9, 9, 9, 9]);
    const later = addMs(DECIDED_AT, HOUR);
    expect(shortFrom(forecast, capacity, DEFAULT_POLICY, 10, later)).toBe(addMs(later, MINUTE, -2));
  });
});
