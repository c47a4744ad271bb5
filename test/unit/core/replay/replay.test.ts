import { beforeAll, describe, expect, it } from '@jest/globals';
import { seededRandom } from '#core/math/random.ts';
import { DEFAULT_POLICY } from '#core/recommend/policy.ts';
import { type Demand, demandOf } from '#core/replay/demand.ts';
import { runFleet } from '#core/replay/fleet.ts';
import { heliosPolicy } from '#core/replay/helios-policy.ts';
import { issueForecasts } from '#core/replay/issue-forecasts.ts';
import { type JudgedReplay, type Replay, replay } from '#core/replay/replay.ts';
import { DEFAULT_REPLAY, type ReplaySettings } from '#core/replay/settings.ts';
import { makeSeries, type Series } from '#core/series/series.ts';
import { DAY, durationMs, epochMs, HOUR } from '#core/time.ts';

const DAYS = 8;
const LENGTH = DAYS * 24;
const HALF = LENGTH / 2;
/** Hours, so that a week is cheap; a start-up of an hour, so that forecasts matter. */
const SETTINGS: ReplaySettings = { ...DEFAULT_REPLAY, startUp: HOUR };

/** A day with a steep morning, some noise, and an hour that is missing. */
function hourly(change: (index: number, value: number) => number = (_, value) => value): Series {
  const random = seededRandom(7);
  const values = Array.from({ length: LENGTH }, (_, i) => {
    const hour = i % 24;
    const busy = hour >= 8 && hour < 20 ? 100 : 20;
    return change(i, busy * (1 + 0.1 * (random() - 0.5)));
  });
  values[30] = Number.NaN;
  return makeSeries({ id: 'requests', unit: 'per_second', start: epochMs(0), step: HOUR, values });
}

function judged(result: Replay): JudgedReplay {
  if (result.decision === 'judged') return result;
  throw new Error(result.because.message);
}

const wild = (from: number) =>
  hourly((i, value) => (i >= from ? 1_000 * ((i * 7) % 13) - 3_000 : value));

describe('a replay', () => {
  let result: JudgedReplay;
  beforeAll(async () => {
    result = judged(await replay(hourly(), SETTINGS));
  });

  it('judges all policies on the second half', () => {
    expect(result.policies.map(({ name }) => name)).toEqual([
      'static',
      'static_peak',
      'reactive',
      'helios',
      'oracle',
    ]);
    expect(result.parts).toEqual({ initial: 24, tuning: [48, 96], judged: [96, 192] });
  });

  it('gives Helios the same unit-hours as the reactive policy, within one per cent', () => {
    const [, , reactive, helios] = result.policies;
    expect(reactive?.costDifference).toBe(0);
    expect(Math.abs(helios?.costDifference ?? 1)).toBeLessThanOrEqual(0.01);
  });

  it('sees the morning that comes every day', () => {
    const short = Object.fromEntries(
      result.policies.map(({ name, outcome }) => [name, outcome.underCapacityMinutes]),
    );
    // Units take an hour and the morning comes at once: who reacts is short once a day or pays for it.
    expect(short.helios).toBeLessThan(short.reactive ?? 0);
    expect(short.oracle).toBe(0);
    expect(result.verdict.finding).toBe('helios_better');
  });

  it('says what was assumed', () => {
    expect(result.notes.map(({ code }) => code)).toEqual([
      'CAPACITY_CHOSEN',
      'REACTION_BELOW_STEP',
      'MISSING_VALUES',
    ]);
    expect(result.members).toContain('naive');
  });

  it('gives the same for the same data', async () => {
    expect(await replay(hourly(), SETTINGS)).toEqual(result);
  });

  it('chooses nothing by the half that it judges', async () => {
    const other = judged(await replay(wild(HALF), SETTINGS));
    const chosen = ({ reactive, helios, demand, units }: JudgedReplay) => ({
      capacity: demand.capacityPerUnit,
      peak: units.staticPeak,
      reactive: { ...reactive, targetUtilization: null },
      helios: { ...helios, targetUtilization: null },
    });
    expect(chosen(other)).toEqual(chosen(result));
  });

  it('stays within the maximum, and says where no policy could serve the demand', async () => {
    const found = judged(await replay(hourly(), { ...SETTINGS, maximumUnits: 4 }));
    // Twelve hours of each of the four judged days are busy, and need 20 × 0.7 = 14 units or so.
    expect(found.notes.find(({ code }) => code === 'ABOVE_MAXIMUM')?.details).toEqual({
      steps: 48,
      maximum: 4,
    });
    expect(found.units).toEqual({ static: 4, staticPeak: 4 });
    expect(found.policies.every(({ run }) => Math.max(...run.ordered) <= 4)).toBe(true);
  });

  it('refuses what cannot carry a verdict', async () => {
    const because = async (values: readonly number[]) => {
      const series = makeSeries({ ...hourly(), values });
      const found = await replay(series, SETTINGS);
      return found.decision === 'refused' ? found.because.code : 'judged';
    };
    expect(await because([])).toBe('HISTORY_TOO_SHORT');
    expect(await because(Array(95).fill(1))).toBe('HISTORY_TOO_SHORT');
    expect(await because(Array(200).fill(0))).toBe('NO_DEMAND');
    expect(await because(Array(200).fill(Number.NaN))).toBe('HISTORY_TOO_SHORT');
    const holed = Array.from({ length: 200 }, (_, i) => (i % 3 === 1 ? Number.NaN : 1));
    expect(await because(holed)).toBe('TOO_MANY_GAPS');
  });

  it('refuses a capacity of another unit, and more forecasts than memory holds', async () => {
    const because = async (settings: ReplaySettings, steps = LENGTH) => {
      const values = Array(steps).fill(100);
      const found = await replay(makeSeries({ ...hourly(), values }), settings);
      return found.decision === 'refused' ? found.because.code : 'judged';
    };
    expect(await because({ ...SETTINGS, capacityPerUnit: 1e-320 })).toBe('DEMAND_OUT_OF_RANGE');
    expect(await because({ ...SETTINGS, capacityPerUnit: 1e-8 })).toBe('DEMAND_OUT_OF_RANGE');
    // From 20,000 − 2,500 steps 1,000 hours and two steps ahead: 17,535,000 values.
    const startUp = durationMs(1_000 * HOUR);
    expect(await because({ ...SETTINGS, startUp }, 20_000)).toBe('TOO_MANY_FORECASTS');
  });

  it.each([
    ['constant', () => 5],
    ['tiny', () => 1e-300],
    ['huge', (i: number) => 1e300 * (1 + (i % 3))],
    ['negative and infinite', (i: number) => (i % 11 === 0 ? -Infinity : i % 5 === 0 ? -9 : 9)],
    ['a lone peak', (i: number) => (i === 80 ? 1e6 : 1)],
  ])('comes to an end on a demand that is %s', async (_, valueAt) => {
    const found = await replay(hourly(valueAt), SETTINGS);
    if (found.decision === 'refused') return;
    for (const { outcome } of found.policies) {
      expect(Object.values(outcome).every(Number.isFinite)).toBe(true);
    }
  });
});

describe('Helios in a replay', () => {
  const CUT = 130;
  const QUANTILES = [0.1, 0.5, 0.9];
  const FLEET = { step: HOUR, startUp: HOUR, minimum: 1, maximum: 500, metricLagSteps: 1 };

  const demandFrom = (series: Series): Demand => {
    const demand = demandOf(series, { capacityPerUnit: 5, targetUtilization: 0.7 });
    if ('code' in demand) throw new Error(demand.message);
    return demand;
  };
  const issued = (demand: Demand) =>
    issueForecasts(demand, { horizon: 3, quantiles: QUANTILES, initial: 24 });
  const decided = async (demand: Demand) => {
    const policy = { ...DEFAULT_POLICY, scaleDownThreshold: 0.6, leadTime: HOUR, staleAfter: DAY };
    const helios = heliosPolicy(policy, demand, await issued(demand), 1);
    return runFleet(helios, demand.values, FLEET, [60, LENGTH], 5).ordered;
  };

  it('decides nothing by what comes later', async () => {
    const [before, after] = [demandFrom(hourly()), demandFrom(wild(CUT))];
    const [calm, stirred] = [await decided(before), await decided(after)];
    // The decision for step CUT knows the steps before it, which are the same.
    expect(stirred.subarray(0, CUT + 1)).toEqual(calm.subarray(0, CUT + 1));
    expect(stirred).not.toEqual(calm);
  });

  it('forecasts nothing by what comes later', async () => {
    const [calm, stirred] = [
      await issued(demandFrom(hourly())),
      await issued(demandFrom(wild(CUT))),
    ];
    const until = (CUT - calm.firstOrigin) * calm.horizon;
    expect(stirred.points.subarray(0, until)).toEqual(calm.points.subarray(0, until));
    QUANTILES.forEach((_, k) => {
      expect(stirred.paths[k]?.subarray(0, until)).toEqual(calm.paths[k]?.subarray(0, until));
    });
    expect(stirred.points).not.toEqual(calm.points);
  });

  it('holds while there is no forecast, and adds before the load is there once there is one', async () => {
    const demand = demandFrom(hourly());
    const forecasts = await issued(demand);
    const none = { ...forecasts, points: new Float64Array(0) };
    const policy = { ...DEFAULT_POLICY, leadTime: HOUR, staleAfter: DAY };
    const view = { index: 128, measured: 4, ready: 6, ordered: 6 };
    // 128 is eight o'clock of the sixth day: the step that begins is the steep one.
    expect(heliosPolicy(policy, demand, none, 1).decide(view)).toBe(6);
    expect(heliosPolicy(policy, demand, forecasts, 1).decide(view)).toBeGreaterThan(6);
  });
});
