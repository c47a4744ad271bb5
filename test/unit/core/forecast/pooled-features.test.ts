import { describe, expect, it } from '@jest/globals';
import {
  FEATURE_NAMES,
  pooledFeatures,
  usableDay,
  windowSteps,
} from '#core/forecast/pooled-features.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { DAY, durationMs, HOUR, MINUTE } from '#core/time.ts';

function named(values: readonly number[], day: number | undefined, lead: number) {
  const features = pooledFeatures(Float64Array.from(values), day);
  const row = new Float32Array(FEATURE_NAMES.length);
  const scale = features.write(lead, row);
  const of = (name: string) => row[FEATURE_NAMES.indexOf(name)]! * scale;
  const ratio = (name: string) => row[FEATURE_NAMES.indexOf(name)]!;
  return { features, row, scale, of, ratio };
}

/** 24 values a day from 100 on: 0, 1, … 23, and every day 50 more than the one before. */
const RISING_DAYS = Array.from(
  { length: 24 * 9 },
  (_, i) => 100 + (i % 24) + 50 * Math.floor(i / 24),
);

describe('pooled features', () => {
  it('are finite or missing, a number a name', () => {
    const { row } = named(RISING_DAYS, 24, 5);
    expect(row).toHaveLength(FEATURE_NAMES.length);
    const missing = FEATURE_NAMES.filter((_, i) => !Number.isFinite(row[i]));
    // Nine days are 216 values.
    expect(missing).toEqual(['mean_288', 'deviation_288']);
    expect(new Set(FEATURE_NAMES).size).toBe(FEATURE_NAMES.length);
  });

  it('measure the scale of a lead by the moves over it', () => {
    // 1, 4, 2, 8: one-step moves 3, 2, 6. Too few for two steps: those of one step stand in.
    const { features } = named([1, 4, 2, 8], undefined, 1);
    expect(features.last).toBe(8);
    expect(features.scale(1)).toBeCloseTo((11 / 3) * 1.1, 12);
    expect(features.scale(2)).toBeCloseTo((11 / 3) * 1.1, 12);
  });

  it('interpolate the scale between the leads they measure', () => {
    // A line of slope 3: a move over 5 steps is 15, halfway between those over 4 and 6.
    const line = Array.from({ length: 60 }, (_, i) => 3 * i);
    expect(pooledFeatures(Float64Array.from(line), undefined).scale(5)).toBeCloseTo(15.3, 10);
  });

  it('take lags and means relative to the last value', () => {
    // … 1, 4, 2, 8: lag_1 = 2 - 8; the mean of the last three is 14/3.
    const { of } = named([5, 5, 1, 4, 2, 8], undefined, 1);
    expect(of('lag_1')).toBeCloseTo(-6, 5);
    expect(of('lag_3')).toBeCloseTo(-7, 5);
    expect(of('mean_3')).toBeCloseTo(14 / 3 - 8, 5);
    // Deviation of 5, 5, 1, 4, 2, 8: mean 25/6, mean of squares 135/6.
    expect(of('deviation_6')).toBeCloseTo(Math.sqrt(135 / 6 - (25 / 6) ** 2), 5);
    expect(of('mean_12')).toBeNaN();
    expect(of('day')).toBeNaN();
  });

  it('look up the slot to forecast on the days before', () => {
    // The last value is slot 23 of day 8; five steps on is slot 4 of day 9, 4 + 8 × 50 a day before,
    // so 23 - 4 below the last value. The move over those five steps was 4 + 50 - 23.
    const { of } = named(RISING_DAYS, 24, 5);
    expect(of('day')).toBeCloseTo(-19, 4);
    expect(of('day_move')).toBeCloseTo(31, 4);
    // The mean of slots 3, 4 and 5.
    expect(of('day_smooth')).toBeCloseTo(-19, 4);
    // A week before slot 4 of day 9: six days of 50 below.
    expect(of('week')).toBeCloseTo(-19 - 300, 3);
    // Yesterday's error: a day has always been 50 off.
    expect(of('day_error')).toBeCloseTo(50, 4);
  });

  it('weigh newer days more in the profile', () => {
    // Day k before lies 19 + 50 × (k - 1) below, with weight 0.8^(k-1), k = 1..7.
    const weights = Array.from({ length: 7 }, (_, k) => 0.8 ** k);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const below = weights.reduce((sum, weight, k) => sum + weight * (19 + 50 * k), 0) / total;
    expect(named(RISING_DAYS, 24, 5).of('day_profile')).toBeCloseTo(-below, 3);
  });

  it('use the last day that is known beyond one day', () => {
    expect(named(RISING_DAYS, 24, 29).of('day')).toBeCloseTo(-19, 4);
  });

  it('say how noise reverts and how days repeat', () => {
    const random = seededRandom(7, 'noise');
    const noise = Array.from({ length: 500 }, () => normal(random));
    const { ratio } = named(noise, 24, 1);
    // Independent values: one-step moves correlate by -1/2, and the mean of many is a better
    // forecast than the last by √(2/1) in error.
    expect(ratio('persistence')).toBeCloseTo(-0.5, 1);
    expect(ratio('reversion_72')).toBeCloseTo(Math.SQRT1_2, 1);
    expect(Math.abs(ratio('day_correlation'))).toBeLessThan(0.15);
    const days = Array.from({ length: 200 }, (_, i) => Math.sin((2 * Math.PI * i) / 24));
    expect(named(days, 24, 6).ratio('day_correlation')).toBeCloseTo(1, 5);
  });

  it('see neither level nor scale', () => {
    const { row } = named(RISING_DAYS, 24, 7);
    const changed = RISING_DAYS.map((value) => 8 * value + 4096);
    expect([...named(changed, 24, 7).row]).toEqual([...row]);
  });

  it('pass over missing values', () => {
    const holed = RISING_DAYS.map((value, i) => (i % 7 === 3 ? Number.NaN : value));
    const { row, of } = named(holed, 24, 5);
    expect([...row].filter(Number.isNaN).length).toBeLessThan(6);
    expect(of('day_profile')).toBeLessThan(0);
  });
});

describe('the window of the features', () => {
  it.each([
    [5 * MINUTE, 2_304, 288],
    [HOUR, 840, 24],
    [DAY / 2, 576, 2],
    [DAY, 576, undefined],
    [7_000, 576, undefined],
    [MINUTE, 2_304, 1_440],
    [MINUTE / 4, 576, undefined],
  ])('on steps of %d ms holds %d steps, a day is %p', (step, steps, day) => {
    expect(windowSteps(durationMs(step))).toBe(steps);
    expect(usableDay(durationMs(step))).toBe(day);
  });
});
