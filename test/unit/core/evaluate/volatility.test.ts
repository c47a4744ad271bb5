import { describe, expect, it } from '@jest/globals';
import {
  advanceVolatility,
  scaleOf,
  VolatilitySchema,
  volatilityOf,
  volatilityScales,
} from '#core/evaluate/volatility.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { HOUR, MINUTE } from '#core/time.ts';
import { seriesOf } from '#test/helpers/series-of.ts';

const { NaN: GAP } = Number;

const range = (length: number, of: (i: number) => number) =>
  Array.from({ length }, (_, i) => of(i));
const scaleAfter = (values: readonly number[]) => scaleOf(volatilityOf(seriesOf(values)));

/** Noise with holes, a constant stretch and a jump. */
const ROUGH = roughValues();

describe('scaleOf', () => {
  it('is the mean of the deviations of the last 36 and 288 values', () => {
    // 252 values ±1, then 36 values ±3, all means 0. Sample deviations: of the last 36
    // √(9 · 36 / 35), of 288 √((252 + 9 · 36) / 287).
    const values = range(288, (i) => (i < 252 ? 1 : 3) * (i % 2 === 0 ? 1 : -1));
    const expected = (Math.sqrt((9 * 36) / 35) + Math.sqrt((252 + 9 * 36) / 287)) / 2;
    expect(scaleAfter(values)).toBeCloseTo(expected, 12);
    expect(scaleAfter([50, -50, ...values])).toBeCloseTo(expected, 12);
  });

  it('goes no lower than a tenth of the deviation of all values', () => {
    // 1000 values ±100, then a day of zeros: 288 in the window deviate by 0, all 1288 by
    // √(1000 · 100² / 1287).
    const values = range(1288, (i) => (i < 1000 ? 100 : 0) * (i % 2 === 0 ? 1 : -1));
    expect(scaleAfter(values)).toBeCloseTo(0.1 * Math.sqrt(1e7 / 1287), 10);
  });

  it('is unknown below 288 values, without variation and where half is missing', () => {
    const values = range(288, (i) => i % 7);
    expect(scaleAfter(values)).not.toBeNull();
    expect(scaleAfter(values.slice(1))).toBeNull();
    expect(scaleAfter(values.fill(4))).toBeNull();
    const missing = (count: number) => range(288, (i) => (i >= 288 - count ? GAP : i % 7));
    expect(scaleAfter(missing(17))).not.toBeNull();
    expect(scaleAfter(missing(18))).toBeNull();
  });

  it('follows the unit of the series and not its level', () => {
    const scale = scaleAfter(ROUGH)!;
    expect(scaleAfter(ROUGH.map((value) => -4 * value))).toBe(4 * scale);
    expect(scaleAfter(ROUGH.map((value) => value + 1000))).toBeCloseTo(scale, 9);
  });
});

describe('volatilityScales', () => {
  it('is the scale of what was known at each origin', () => {
    const origins = [0, 200, 287, 288, 400, 500, 599];
    const expected = origins.map((origin) => scaleAfter(ROUGH.slice(0, origin + 1)) ?? GAP);
    expect([...volatilityScales(Float64Array.from(ROUGH), origins)]).toEqual(expected);
    expect(expected.map(Number.isNaN)).toEqual([true, true, false, false, false, false, false]);
  });

  it('takes what is infinite for missing', () => {
    const values = ROUGH.map((value, i) => (i === 300 ? Infinity : value));
    const missing = ROUGH.map((value, i) => (i === 300 ? GAP : value));
    expect(scaleAfter(values)).toBe(scaleAfter(missing));
    expect(volatilityScales(Float64Array.from(values), [400])[0]).toBe(
      volatilityScales(Float64Array.from(missing), [400])[0],
    );
  });
});

describe('advanceVolatility', () => {
  it('does not depend on how the values were cut', () => {
    const whole = volatilityOf(seriesOf(ROUGH));
    for (const [first, second] of [
      [1, 2],
      [300, 301],
      [100, 599],
    ] as const) {
      const start = volatilityOf(seriesOf(ROUGH.slice(0, first)));
      const middle = advanceVolatility(
        start,
        seriesOf(ROUGH.slice(first, second), { from: first }),
      );
      // An overlap is not read again.
      const end = advanceVolatility(middle, seriesOf(ROUGH.slice(first), { from: first }));
      expect(end).toEqual(whole);
    }
  });

  it('counts a hole as missing and stays where nothing is new', () => {
    const start = volatilityOf(seriesOf([1, 2]));
    const after = advanceVolatility(start, seriesOf([5], { from: 4 }));
    expect(after).toMatchObject({ recent: [1, 2, null, null, 5], count: 3, cutoff: 4 * HOUR });
    expect(advanceVolatility(after, seriesOf([9, 9], { from: 2 }))).toBe(after);
  });

  it('refuses another grid', () => {
    const other = seriesOf([1], { step: MINUTE, from: 9 });
    expect(() => advanceVolatility(volatilityOf(seriesOf([1])), other)).toThrow(
      expect.objectContaining({ code: 'SERIES_MISALIGNED' }),
    );
  });

  it('survives JSON', () => {
    const volatility = volatilityOf(seriesOf(ROUGH));
    expect(VolatilitySchema.parse(JSON.parse(JSON.stringify(volatility)))).toEqual(volatility);
  });
});

function roughValues(): number[] {
  const random = seededRandom(5, 'volatility');
  return range(600, (i) => {
    if (i % 11 === 3) return GAP;
    return i < 350 ? 20 + normal(random) : i < 420 ? 20 : 60 + 5 * normal(random);
  });
}
