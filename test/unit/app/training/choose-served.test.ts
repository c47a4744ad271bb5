import { describe, expect, it } from '@jest/globals';
import { chooseServed } from '#app/training/choose-served.ts';
import { resultOf } from '#test/helpers/backtest-result.ts';

/** One origin and one step ahead: the mean absolute error is the number given. */
function served(
  errors: Readonly<Record<string, number>>,
  seasonal: string | undefined,
  margin = 0.05,
): string {
  const candidates = Object.fromEntries(
    Object.entries(errors).map(([name, error]) => [name, [[error]]]),
  );
  const result = resultOf({ origins: [0], candidates });
  return chooseServed(result, Object.keys(errors), seasonal, margin);
}

describe('what a version serves', () => {
  it.each([
    // 1 - 96/100 = 4 % better than the blend is not clear enough …
    ['the blend, when a member is only a little better', { auto: 100, ses: 96 }, undefined, 'auto'],
    // … 1 - 95/100 = 5 % is.
    ['a member that is better by the margin exactly', { auto: 100, ses: 95 }, undefined, 'ses'],
    ['the best of several', { auto: 100, ses: 90, baseline: 80 }, undefined, 'baseline'],
    ['naive as the blend, when there is no blend', { naive: 100, ses: 96 }, undefined, 'naive'],
    ['a member clearly better than naive', { naive: 100, ses: 50 }, undefined, 'ses'],
    // 1 - 96/100 against the season: the simplest forecast answers.
    [
      'the season, which the blend beats only a little',
      { auto: 96, 'day-naive': 100 },
      'day-naive',
      'day-naive',
    ],
    [
      'the blend, when it beats the season by the margin',
      { auto: 95, 'day-naive': 100 },
      'day-naive',
      'auto',
    ],
    [
      'the season, when it is the best of all',
      { auto: 100, 'day-naive': 10 },
      'day-naive',
      'day-naive',
    ],
    // The leader beats the blend by 5 % and the season by 4.04 % only.
    [
      'the season, when the best member hardly beats it',
      { auto: 100, ses: 95, 'day-naive': 99 },
      'day-naive',
      'day-naive',
    ],
    [
      'the season of a week as of a day',
      { auto: 96, 'week-naive': 100 },
      'week-naive',
      'week-naive',
    ],
  ])('is %s', (_, errors, seasonal, expected) => {
    expect(served(errors, seasonal)).toBe(expected);
  });

  it('depends on the margin asked for', () => {
    expect(served({ auto: 100, ses: 75 }, undefined, 0.25)).toBe('ses');
    expect(served({ auto: 100, ses: 75 }, undefined, 0.26)).toBe('auto');
  });

  it('is the blend when nothing can be compared', () => {
    expect(served({ auto: Number.NaN, ses: 1 }, undefined)).toBe('auto');
    expect(served({ auto: 0, ses: 0 }, undefined)).toBe('auto');
  });

  it('compares on the forecasts that both have', () => {
    // Alone ses has the smaller mean error (5 against 5.5), but where both answered the blend wins.
    const result = resultOf({
      origins: [0, 1],
      candidates: { auto: [[1], [10]], ses: [[5], [Number.NaN]] },
    });
    expect(chooseServed(result, ['auto', 'ses'], undefined, 0.05)).toBe('auto');
  });
});
