import { describe, expect, it } from '@jest/globals';
import { DomainError } from '#core/errors.ts';
import { backtest, candidateOf } from '#core/evaluate/backtest.ts';
import type { BacktestPlan } from '#core/evaluate/backtest-plan.ts';
import type { Forecaster } from '#core/forecast/forecaster.ts';
import { naive } from '#core/forecast/naive.ts';
import { seasonalNaive } from '#core/forecast/seasonal-naive.ts';
import { ses } from '#core/forecast/ses.ts';
import { HOUR } from '#core/time.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const { NaN: GAP } = Number;

const PLAN: BacktestPlan = { initial: 2, horizon: 2, stride: 2, window: 'expanding', refit: 2 };
const LAST = { name: 'naive', forecaster: naive() };

/** Counts the fits of a forecaster and can make some of them fail. */
function watched(inner: Forecaster, failAt: (fit: number) => Error | undefined = () => undefined) {
  const lengths: number[] = [];
  const forecaster: Forecaster = {
    ...inner,
    fit(history, options) {
      lengths.push(history.target.values.length);
      const error = failAt(lengths.length);
      return error === undefined ? inner.fit(history, options) : Promise.reject(error);
    },
  };
  return { forecaster, lengths };
}

describe('backtest', () => {
  it('scores actual - forecast from each origin, on the steps that exist', async () => {
    // Origins after 1 2 and 1 2 4 8; naive says 2 and 8.
    const result = await backtest([LAST], historyOf([1, 2, 4, 8, 5]), PLAN);
    expect([...result.origins]).toEqual([1, 3]);
    expect(result.cutoffs).toEqual([HOUR, 3 * HOUR]);
    expect([...result.actuals]).toEqual([4, 8, 5, GAP]);
    expect([...candidateOf(result, 'naive').errors]).toEqual([2, 6, -3, GAP]);
    expect(result.naiveScale).toBe(1);
  });

  it('never scores a missing actual', async () => {
    const result = await backtest([LAST], historyOf([1, 2, GAP, 8, 5]), PLAN);
    expect([...candidateOf(result, 'naive').errors]).toEqual([GAP, 6, -3, GAP]);
  });

  it('clips forecasts to the bounds before it scores them', async () => {
    const bounds = { minimum: 0, maximum: 1 };
    const result = await backtest([LAST], historyOf([1, 2, 4, 8, 5]), PLAN, { bounds });
    expect([...candidateOf(result, 'naive').errors]).toEqual([3, 7, 4, GAP]);
  });

  it('fits where the plan says so, and updates in between', async () => {
    const { forecaster, lengths } = watched(naive());
    const values = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const result = await backtest([{ name: 'watched', forecaster }, LAST], historyOf(values), PLAN);
    expect(lengths).toEqual([2, 6]);
    expect(candidateOf(result, 'watched').errors).toEqual(candidateOf(result, 'naive').errors);
  });

  it('fits on the window alone when it slides', async () => {
    const { forecaster, lengths } = watched(naive());
    await backtest([{ name: 'watched', forecaster }], historyOf([1, 2, 3, 4, 5, 6, 7]), {
      ...PLAN,
      window: 3,
      refit: 'every',
    });
    expect(lengths).toEqual([2, 3, 3]);
  });

  it('tries a candidate again that was too young, and counts what it missed', async () => {
    // Seasons of two need four values: not there at the first origin, but at the second.
    const season = { name: 'season', forecaster: seasonalNaive({ seasonLength: 2 }) };
    const result = await backtest([season], historyOf([1, 2, 4, 8, 5]), PLAN);
    const { errors, failures } = candidateOf(result, 'season');
    expect([...errors]).toEqual([GAP, GAP, 1, GAP]);
    expect(failures).toEqual([
      { code: 'HISTORY_TOO_SHORT', message: expect.any(String), origins: 1 },
    ]);
  });

  it('goes on with the model it has when a refit fails', async () => {
    const { forecaster } = watched(naive(), (fit) =>
      fit === 2 ? new DomainError('FIT_DID_NOT_CONVERGE', 'no luck') : undefined,
    );
    const plan: BacktestPlan = { ...PLAN, refit: 'every' };
    const history = historyOf([1, 2, 4, 8, 5]);
    const result = await backtest([{ name: 'watched', forecaster }], history, plan);
    const { errors, failures } = candidateOf(result, 'watched');
    expect([...errors]).toEqual([2, 6, -3, GAP]);
    expect(failures).toEqual([{ code: 'FIT_DID_NOT_CONVERGE', message: 'no luck', origins: 0 }]);
  });

  it('passes on what is no domain error', async () => {
    const bug = new TypeError('a bug');
    const { forecaster } = watched(naive(), () => bug);
    const run = backtest([{ name: 'watched', forecaster }], historyOf([1, 2, 3]), PLAN);
    await expect(run).rejects.toBe(bug);
  });

  it('updates an incumbent and scores it only from its own cutoff on', async () => {
    // Fitted on the first four values: the origin after two is in its training data.
    const fitted = await ses().fit(historyOf([1, 2, 4, 8]));
    const { alpha, level } = fitted.toState();
    const values = [1, 2, 4, 8, 5, 7, 6, 9];
    const result = await backtest([{ name: 'incumbent', fitted }], historyOf(values), PLAN);
    const { errors } = candidateOf(result, 'incumbent');
    // Origins at 1, 3 and 5; by hand from the level: 8 → then 5 and 7 with the alpha it was fitted.
    let later = level + alpha * (5 - level);
    later += alpha * (7 - later);
    expect([...errors]).toEqual([GAP, GAP, 5 - level, 7 - level, 6 - later, 9 - later]);
  });

  it('gives an incumbent that has seen everything no case', async () => {
    const values = [1, 2, 4, 8, 5];
    const fitted = await naive().fit(historyOf(values));
    const result = await backtest([{ name: 'incumbent', fitted }], historyOf(values), PLAN);
    expect(candidateOf(result, 'incumbent').errors.every(Number.isNaN)).toBe(true);
  });

  it('names an incumbent of another grid as failed', async () => {
    const fitted = await naive().fit({ target: { ...historyOf([1]).target, start: 1 as never } });
    const history = historyOf([1, 2, 4, 8, 5]);
    const result = await backtest([{ name: 'incumbent', fitted }], history, PLAN);
    expect(candidateOf(result, 'incumbent').failures).toEqual([
      { code: 'SERIES_MISALIGNED', message: expect.any(String), origins: 2 },
    ]);
  });

  it('asks its checkpoint before every fold of every candidate', async () => {
    let asked = 0;
    const checkpoint = () => asked++;
    const other = { name: 'other', forecaster: naive() };
    await backtest([LAST, other], historyOf([1, 2, 4, 8, 5]), PLAN, { checkpoint });
    expect(asked).toBe(4);
  });

  it('refuses two candidates of one name, and knows only its own', async () => {
    const history = historyOf([1, 2, 3]);
    await expect(backtest([LAST, LAST], history, PLAN)).rejects.toThrow(RangeError);
    const result = await backtest([LAST], history, PLAN);
    expect(() => candidateOf(result, 'other')).toThrow(RangeError);
  });
});
