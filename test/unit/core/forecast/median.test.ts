import { describe, expect, it } from '@jest/globals';
import { DomainError, type ErrorCode } from '#core/errors.ts';
import type { Forecaster } from '#core/forecast/forecaster.ts';
import { medianBlend, medianOf } from '#core/forecast/median.ts';
import { naive, restoreNaive } from '#core/forecast/naive.ts';
import { seasonalNaive } from '#core/forecast/seasonal-naive.ts';
import { HOUR } from '#core/time.ts';
import { historyOf } from '#test/helpers/series-of.ts';

/** A fitted model that says `last` for ever. */
const saying = (last: number, cutoff = 0) =>
  restoreNaive({ kind: 'naive', version: 1, seriesId: 'test', step: HOUR, cutoff, last });

const failing = (error: Error): Forecaster => ({
  ...naive(),
  fit: () => Promise.reject(error),
});
const refusing = (code: ErrorCode) => failing(new DomainError(code, `refused with ${code}`));

describe('medianOf', () => {
  const pointOf = (...values: number[]) =>
    medianOf(values.map((value, i) => ({ name: `m${i}`, fitted: saying(value) }))).predict({
      horizon: 1,
    }).point[0];

  it('takes the middle one of an odd number', () => {
    expect(pointOf(100, 1, 2)).toBe(2);
  });

  it('takes the mean of the middle two of an even number', () => {
    expect(pointOf(100, 1, 4, 2)).toBe(3);
  });

  it('is its member when there is one', () => {
    expect(pointOf(-3)).toBe(-3);
  });

  it('refuses members of different cutoffs, none, or two of one name', () => {
    const one = { name: 'a', fitted: saying(1) };
    expect(() => medianOf([one, { name: 'b', fitted: saying(1, HOUR) }])).toThrow(RangeError);
    expect(() => medianOf([])).toThrow(RangeError);
    expect(() => medianOf([one, one])).toThrow(RangeError);
  });
});

describe('medianBlend', () => {
  const good = { name: 'naive', forecaster: naive() };

  it('leaves out members that refuse the history, and names the rest', async () => {
    const blend = medianBlend([
      good,
      { name: 'week', forecaster: seasonalNaive({ seasonLength: 168 }) },
      { name: 'wild', forecaster: refusing('FIT_DID_NOT_CONVERGE') },
    ]);
    const fitted = await blend.fit(historyOf([1, 2, 3]));
    expect(fitted.toState().members.map(({ name }) => name)).toEqual(['naive']);
    expect(fitted.predict({ horizon: 1 }).point[0]).toBe(3);
  });

  it.each(['STATE_INCOMPATIBLE', 'DEADLINE_EXCEEDED'] as const)('passes %s on', async (code) => {
    const blend = medianBlend([good, { name: 'bad', forecaster: refusing(code) }]);
    await expect(blend.fit(historyOf([1]))).rejects.toMatchObject({ code });
  });

  it('passes on what is no domain error', async () => {
    const bug = new TypeError('a bug');
    const blend = medianBlend([good, { name: 'bad', forecaster: failing(bug) }]);
    await expect(blend.fit(historyOf([1]))).rejects.toBe(bug);
  });

  it('refuses when no member is left, by the reason', async () => {
    const short = { name: 'week', forecaster: seasonalNaive({ seasonLength: 168 }) };
    const wild = { name: 'wild', forecaster: refusing('FIT_DID_NOT_CONVERGE') };
    await expect(medianBlend([short]).fit(historyOf([1]))).rejects.toMatchObject({
      code: 'HISTORY_TOO_SHORT',
    });
    await expect(medianBlend([short, wild]).fit(historyOf([1]))).rejects.toMatchObject({
      code: 'FIT_DID_NOT_CONVERGE',
    });
  });

  it('needs what its most modest member needs', () => {
    const season = { name: 'day', forecaster: seasonalNaive({ seasonLength: 24 }) };
    expect(medianBlend([season, good]).capabilities.minHistory).toBe(1);
  });

  it('refuses to be made of nothing or of two of one name', () => {
    expect(() => medianBlend([])).toThrow(RangeError);
    expect(() => medianBlend([good, good])).toThrow(RangeError);
  });

  it('asks the checkpoint before each member', async () => {
    let asked = 0;
    await medianBlend([good, { ...good, name: 'again' }]).fit(historyOf([1]), {
      checkpoint: () => asked++,
    });
    expect(asked).toBe(2);
  });
});
