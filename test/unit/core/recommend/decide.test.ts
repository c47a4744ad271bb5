import { describe, expect, it } from '@jest/globals';
import { type DecideInput, decide } from '#core/recommend/decide.ts';
import { DEFAULT_POLICY } from '#core/recommend/policy.ts';
import { addMs, HOUR, MINUTE } from '#core/time.ts';
import { DECIDED_AT, decideInput, flatForecast, measuredUse } from '#test/helpers/scaling.ts';

const LOW = { measured: measuredUse(0.1, 10), forecast: flatForecast([0.5, 1, 1.5, 2]) };
const SKILL = { code: 'SKILL_NEGATIVE', message: 'worse than naive' };

function decided(over: Partial<DecideInput> = {}) {
  const { decision, ...rest } = decide(decideInput(over));
  return { ...decision, ...rest, codes: decision.because.map(({ code }) => code) };
}

describe('replicas of what is measured', () => {
  it('are left alone when they are enough', () => {
    // Measured 0.5 · 10 / 0.7 = 7.14 → 8 ≤ 10; forecast 6 / 10 = 0.6 < 0.85; not below 0.3.
    expect(decided()).toMatchObject({
      decision: 'act',
      action: 'no_action',
      target: 10,
      codes: ['ENOUGH_REPLICAS'],
    });
  });

  it('grow to what keeps the load at the target, whatever a forecast says', () => {
    // 0.99 · 2 / 0.7 = 2.83 → 3. The seeds took every workload to be half used.
    const over = { currentReplicas: 2, measured: measuredUse(0.99, 2), doubts: [SKILL] };
    expect(decided(over)).toMatchObject({
      action: 'scale_out',
      target: 3,
      codes: ['MEASURED_NEED', 'SKILL_NEGATIVE'],
    });
  });

  it('grow between target and scale-up threshold, where the seeds did nothing', () => {
    // 0.8 · 10 / 0.7 = 11.43 → 12.
    expect(decided({ measured: measuredUse(0.8, 10) })).toMatchObject({
      action: 'scale_out',
      target: 12,
    });
  });

  it('grow past every step and cooldown', () => {
    // 5 · 10 / 0.7 = 71.4 → 72, far more than twice as many.
    const state = { action: 'scale_out', target: 10, at: DECIDED_AT, standing: true } as const;
    expect(decided({ measured: measuredUse(5, 10), state })).toMatchObject({ target: 72 });
  });

  it('stop at the maximum, and say so', () => {
    const policy = { ...DEFAULT_POLICY, maximumReplicas: 12 };
    expect(decided({ measured: measuredUse(5, 10), policy })).toMatchObject({
      target: 12,
      codes: ['MEASURED_NEED', 'CAPPED_BY_MAXIMUM'],
    });
  });

  it('are not called too few because more of them are there than allowed', () => {
    // Measured 0.5 · 10 / 0.7 = 7.14 → 8, expected 6 / 0.7 = 8.6 → 9.
    const within = (maximumReplicas: number) =>
      decided({ policy: { ...DEFAULT_POLICY, maximumReplicas } });
    expect(within(9).codes).toEqual(['ABOVE_MAXIMUM', 'ENOUGH_REPLICAS']);
    expect(within(8)).toMatchObject({
      target: 8,
      codes: ['ABOVE_MAXIMUM', 'ENOUGH_REPLICAS', 'CAPPED_BY_MAXIMUM'],
    });
    // Nor because a forecast uses them above the target, below the threshold: 8 · 0.75 = 6 → 9 of 8.
    const kept = decided({
      currentReplicas: 8,
      measured: measuredUse(0.6, 8),
      policy: { ...DEFAULT_POLICY, maximumReplicas: 8 },
    });
    expect(kept.codes).toEqual(['ENOUGH_REPLICAS']);
  });

  it('are brought into the bounds', () => {
    const policy = { ...DEFAULT_POLICY, minimumReplicas: 3, maximumReplicas: 8 };
    expect(decided({ policy })).toMatchObject({ action: 'scale_in', target: 8 });
    const two = { policy, currentReplicas: 2, measured: measuredUse(0.1, 2), doubts: [SKILL] };
    expect(decided(two)).toMatchObject({ action: 'scale_out', target: 3 });
  });

  it('of 0 are none: the minimum is asked for', () => {
    const over = { currentReplicas: 0, measured: measuredUse(0, 0), forecast: undefined };
    expect(decided(over)).toMatchObject({ action: 'scale_out', target: 1 });
  });
});

describe('a forecast', () => {
  it('adds replicas before the load is there', () => {
    // 9 of 10 fully used: 0.9 > 0.85; 9 / 0.7 = 12.86 → 13. Lower 4 / 0.7 = 5.7 → 6.
    expect(decided({ forecast: flatForecast([4, 7, 9, 9.5]) })).toMatchObject({
      action: 'scale_out',
      target: 13,
      lower: 6,
      upper: 13,
      codes: ['FORECAST_NEED'],
    });
  });

  it('adds none up to the scale-up threshold', () => {
    expect(decided({ forecast: flatForecast([4, 7, 8.5, 9]) })).toMatchObject({ target: 10 });
  });

  it('adds what its capacity and idle utilisation ask for', () => {
    // 900 · 0.9 / (100 · 0.6) = 13.5 → 14; used: 0.1 + 0.9 · 900 / 1000 = 0.91.
    const capacity = { perReplica: 100, idle: 0.1 };
    const forecast = flatForecast([400, 700, 900, 950]);
    expect(decided({ forecast, capacity })).toMatchObject({ target: 14 });
  });

  it('adds no more than one step', () => {
    // 10 + max(4, 10) = 20; needed 40 / 0.7 = 57.1.
    expect(decided({ forecast: flatForecast([20, 30, 40, 50]) })).toMatchObject({
      target: 20,
      codes: ['FORECAST_NEED', 'STEP_LIMITED'],
    });
  });

  it('that may not act adds nothing and removes nothing', () => {
    const more = { forecast: flatForecast([20, 30, 40, 50]), doubts: [SKILL] };
    expect(decided(more)).toMatchObject({ decision: 'hold' });
    expect(decided({ ...LOW, doubts: [SKILL] })).toMatchObject({
      decision: 'hold',
      codes: ['SKILL_NEGATIVE', 'ENOUGH_REPLICAS'],
    });
  });

  it.each([
    ['FORECAST_EXPIRED', flatForecast([0.5, 1, 1.5, 2], { cutoff: addMs(DECIDED_AT, HOUR, -2) })],
    ['FORECAST_TOO_SHORT', flatForecast([0.5, 1, 1.5, 2], { steps: 2 })],
    ['FORECAST_IMPLAUSIBLE', flatForecast([0.5, 1, Number.NaN, 2])],
    ['FORECAST_IMPLAUSIBLE', flatForecast([0.5, 1, Infinity, Infinity])],
    ['FORECAST_IMPLAUSIBLE', flatForecast([-3, -2, -1, -1])],
    ['CLOCK_AHEAD', flatForecast([0.5, 1, 1.5, 2], { cutoff: addMs(DECIDED_AT, HOUR) })],
    ['NO_FORECAST', undefined],
  ])('%s is no reason to act', (code, forecast) => {
    expect(decided({ ...LOW, forecast })).toMatchObject({
      decision: 'hold',
      codes: [code, 'ENOUGH_REPLICAS'],
    });
  });

  it('of the caller adds, is limited as any, and removes nothing', () => {
    // 9 fully used of 10: 9 / 0.7 = 12.86 → 13.
    expect(decided({ claimedLoad: 9, doubts: [SKILL] })).toMatchObject({
      target: 13,
      codes: ['CALLER_PREDICTS', 'SKILL_NEGATIVE'],
    });
    expect(decided({ ...LOW, claimedLoad: 4 })).toMatchObject({ action: 'no_action' });
    expect(decided({ ...LOW, forecast: undefined, claimedLoad: 0 })).toMatchObject({
      decision: 'hold',
    });
  });
});

describe('scale-in', () => {
  it('is possible: it needs low load, measured over a while, and a low upper band', () => {
    // 10 − ⌊10 / 4⌋ = 8 are left; 0.1 · 10 / 0.7 → 2 and 1.5 / 0.7 → 3 would be enough.
    expect(decided(LOW)).toMatchObject({
      action: 'scale_in',
      target: 8,
      codes: ['LOW_LOAD', 'STEP_LIMITED'],
    });
  });

  it('never rests on a forecast alone', () => {
    expect(decided({ ...LOW, measured: measuredUse(0.1, 10, 0.31) })).toMatchObject({ target: 10 });
    expect(decided({ ...LOW, measured: measuredUse(0.1, 10, Number.NaN) })).toMatchObject({
      target: 10,
    });
  });

  it('never rests on measurements alone', () => {
    expect(decided({ ...LOW, forecast: flatForecast([0.5, 1, 3.1, 3.2]) })).toMatchObject({
      target: 10,
    });
  });

  it('leaves what the newest measurement needs, however low the load before was', () => {
    // 0.6 · 10 / 0.7 = 8.57 → 9, more than the 8 that one step would leave.
    expect(decided({ ...LOW, measured: measuredUse(0.6, 10, 0.1) })).toMatchObject({ target: 9 });
  });

  it('looks at the whole window ahead, and at the end of the day that is near', () => {
    const later = flatForecast([0.5, 1, 1.5, 2]);
    // The step from 12:30 on, the last that begins within half an hour of 12:02.
    const upper = later.quantiles.find(({ q }) => q === 0.9)?.values;
    if (upper instanceof Float64Array) upper[6] = 5;
    expect(decided({ ...LOW, forecast: later })).toMatchObject({ target: 10 });
    if (upper instanceof Float64Array) [upper[6], upper[7]] = [1.5, 5];
    expect(decided({ ...LOW, forecast: later })).toMatchObject({ target: 8 });
  });

  it('takes the last replica but one, and never the minimum', () => {
    const few = { currentReplicas: 2, measured: measuredUse(0.05, 2) };
    const forecast = flatForecast([0.05, 0.1, 0.15, 0.2]);
    expect(decided({ ...few, forecast })).toMatchObject({ action: 'scale_in', target: 1 });
    const policy = { ...DEFAULT_POLICY, minimumReplicas: 2 };
    expect(decided({ ...few, forecast, policy })).toMatchObject({ action: 'no_action', target: 2 });
  });
});

describe('nothing is decided', () => {
  it.each([
    ['REPLICAS_UNKNOWN', { currentReplicas: undefined }],
    ['REPLICAS_UNKNOWN', { currentReplicas: Number.NaN }],
    ['REPLICAS_UNKNOWN', { currentReplicas: -1 }],
    ['REPLICAS_UNKNOWN', { currentReplicas: 1e308 }],
    ['NOT_MEASURED', { measured: undefined }],
    ['DATA_STALE', { now: addMs(DECIDED_AT, MINUTE, 14) }],
    ['CLOCK_AHEAD', { now: addMs(DECIDED_AT, HOUR, -1) }],
    ['MEASUREMENT_IMPLAUSIBLE', { measured: measuredUse(Number.NaN, 10) }],
    ['MEASUREMENT_IMPLAUSIBLE', { measured: measuredUse(Infinity, 10) }],
    ['MEASUREMENT_IMPLAUSIBLE', { measured: measuredUse(-0.1, 10) }],
    ['MEASUREMENT_IMPLAUSIBLE', { measured: measuredUse(1e308, 10) }],
    ['MEASUREMENT_IMPLAUSIBLE', { measured: measuredUse(0.5, 2.5) }],
  ])('%s', (code, over: Partial<DecideInput>) => {
    const forecast = flatForecast([20, 30, 40, 50]);
    expect(decided({ forecast, ...over })).toMatchObject({ decision: 'hold', codes: [code] });
  });
});
