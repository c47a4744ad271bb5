import { describe, expect, it } from '@jest/globals';
import { measureCoverage } from '#core/evaluate/coverage.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { resultOf } from '#test/helpers/backtest-result.ts';
import { seriesOf } from '#test/helpers/series-of.ts';

const range = (length: number, of: (i: number) => number = (i) => i) =>
  Array.from({ length }, (_, i) => of(i));
const measure = (errors: readonly (readonly number[])[], levels?: readonly number[]) =>
  measureCoverage(
    resultOf({ origins: range(errors.length), candidates: { a: errors } }),
    'a',
    seriesOf(range(errors.length + 50)),
    levels,
  );

describe('measureCoverage', () => {
  it('judges each origin by the band of the errors before it', () => {
    // Errors 1..10, then 5 and 99. The band at origin i is made of the errors 1..i (step 1 of
    // origin i − 1 is known at i). From nine on: at origin 9 the ranks 10 · 0.1 and 10 · 0.9 of the
    // errors 1..9 make [1, 9], error 10 is out; at origin 10 the ranks 1.1 and 9.9 make [1.1, 9.9],
    // which holds 5; at origin 11 the band of 1..10 and 5 does not hold 99.
    const errors = [...range(10, (i) => i + 1), 5, 99].map((error) => [error]);
    expect(measure(errors, [0.8])).toEqual([
      { fromStep: 1, toStep: 1, level: 0.8, coverage: 1 / 3, cases: 3 },
    ]);
  });

  it('counts an actual on the edge of the band as inside', () => {
    expect(measure(range(10, () => 3).map((error) => [error]))[0]?.coverage).toBe(1);
  });

  it('answers a row a bucket and level, null without cases', () => {
    const rows = measure(range(5).map(() => [1, 2]));
    expect(rows.map(({ fromStep, level }) => [fromStep, level])).toEqual([
      [1, 0.8],
      [1, 0.95],
      [2, 0.8],
      [2, 0.95],
    ]);
    expect(rows.every(({ coverage, cases }) => coverage === null && cases === 0)).toBe(true);
  });

  it('covers its level when the errors are exchangeable', () => {
    // A fixed shuffle of 0..1008 by steps of 617 modulo the prime 1009.
    const rows = measure(range(1009, (i) => (i * 617) % 1009).map((error) => [error]));
    for (const { level, coverage, cases } of rows) {
      expect(cases).toBe(1000);
      expect(Math.abs((coverage ?? 0) - level)).toBeLessThan(0.02);
    }
  });

  it('covers its level where the noise is four times as loud every other 250 steps', () => {
    const loud = (i: number) => Math.floor(i / 250) % 2 === 1;
    const random = seededRandom(1, 'heteroscedastic');
    const values = range(1540, (i) => (loud(i) ? 4 : 1) * normal(random));
    // A forecast of 0 at 600 origins, two steps apart: its errors are the values.
    const origins = range(600, (i) => 300 + 2 * i);
    const errors = origins.map((origin) => values.slice(origin + 1, origin + 13));
    const result = resultOf({ origins, candidates: { a: errors } });
    for (const { level, coverage, cases } of measureCoverage(result, 'a', seriesOf(values))) {
      // What one step ahead covers is binomial over 591 independent values; further ahead a bucket
      // sees more of them.
      const standardError = Math.sqrt((level * (1 - level)) / 591);
      expect(cases % 591).toBe(0);
      expect(Math.abs((coverage ?? 0) - level)).toBeLessThan(3 * standardError);
    }
  });

  it.each([0, 1, 95, Number.NaN])('refuses the level %p', (level) => {
    expect(() => measure([[1]], [level])).toThrow(RangeError);
  });
});
