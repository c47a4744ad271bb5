import { describe, expect, it } from '@jest/globals';
import { compare } from '#core/evaluate/compare.ts';
import { BacktestReportSchema, reportOf } from '#core/evaluate/report.ts';
import { resultOf } from '#test/helpers/backtest-result.ts';

const { NaN: GAP } = Number;

const RESULT = resultOf({
  origins: [1, 3],
  actuals: [
    [4, 8, 6],
    [2, GAP, 5],
  ],
  candidates: {
    naive: [
      [2, 4, -2],
      [4, GAP, 8],
    ],
    // No forecast at the second origin.
    'day-naive': [
      [1, -8, 1],
      [GAP, GAP, GAP],
    ],
    mine: [
      [1, 1, -1],
      [1, GAP, 2],
    ],
  },
  naiveScale: 2,
});

describe('compare', () => {
  it('compares where both have a forecast', () => {
    // Mine against day-naive: the first origin alone, (1 + 1 + 1) / 3 and (1 + 8 + 1) / 3.
    const comparison = compare(RESULT, 'mine', 'day-naive');
    expect(comparison).toMatchObject({ mae: 1, referenceMae: 10 / 3, cases: 3 });
    expect(comparison.skill).toBeCloseTo(0.7, 12);
    // The other way round: the reference, too, counts only there. (2 + 4 + 2) / 3.
    expect(compare(RESULT, 'day-naive', 'naive')).toMatchObject({
      mae: 10 / 3,
      referenceMae: 8 / 3,
      cases: 3,
    });
    // Against naive: 6 / 5 and 20 / 5.
    expect(compare(RESULT, 'mine', 'naive')).toMatchObject({
      mae: 1.2,
      referenceMae: 4,
      skill: 0.7,
      cases: 5,
    });
  });

  it('keeps to a bucket', () => {
    // Steps 2 and 3: mine 1 + 1 + 2, naive 4 + 2 + 8.
    const bucket = { fromStep: 2, toStep: 3 };
    const { mae, referenceMae, cases } = compare(RESULT, 'mine', 'naive', bucket);
    expect([mae, referenceMae, cases]).toEqual([4 / 3, 14 / 3, 3]);
  });

  it('has nothing to say of a bucket beyond the horizon', () => {
    expect(compare(RESULT, 'mine', 'naive', { fromStep: 4, toStep: 6 })).toEqual({
      mae: null,
      referenceMae: null,
      skill: null,
      cases: 0,
    });
  });

  it('knows only the candidates', () => {
    expect(() => compare(RESULT, 'mine', 'theirs')).toThrow(RangeError);
  });
});

describe('reportOf', () => {
  const report = reportOf(RESULT);
  const mine = report.candidates.find(({ name }) => name === 'mine');

  it('is plain JSON of its schema', () => {
    expect(BacktestReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it('says what was tested', () => {
    expect(report).toMatchObject({
      seriesId: 'test',
      stepMs: 3_600_000,
      horizon: 3,
      origins: 2,
      firstCutoff: 3_600_000,
      lastCutoff: 3 * 3_600_000,
      naiveScale: 2,
      naive: 'naive',
      seasonalNaive: 'day-naive',
    });
  });

  it('pools all cells', () => {
    // Errors 1 1 -1 1 2 on actuals 4 8 6 2 5: squares 8; mean actual 5, variance 1 + 9 + 1 + 9 + 0.
    expect(mine?.pooled).toMatchObject({
      mae: 1.2,
      mse: 1.6,
      wape: 6 / 25,
      mase: 0.6,
      r2: 0.6,
      skillVsNaive: 0.7,
      cases: 5,
    });
    expect(mine?.pooled.rmse).toBeCloseTo(Math.sqrt(1.6), 12);
    // 1/4 + 1/8 + 1/6 + 1/2 + 2/5 over 5.
    expect(mine?.pooled.mape).toBeCloseTo((0.25 + 0.125 + 1 / 6 + 0.5 + 0.4) / 5, 12);
    expect(mine?.pooled.skillVsSeasonalNaive).toBeCloseTo(0.7, 12);
  });

  it('scores each bucket by itself', () => {
    expect(
      mine?.buckets.map(({ fromStep, toStep, mae, cases }) => [fromStep, toStep, mae, cases]),
    ).toEqual([
      [1, 1, 1, 2],
      [2, 3, 4 / 3, 3],
    ]);
    // Step 1 against naive: 1 - 1 / 3.
    expect(mine?.buckets[0]?.skillVsNaive).toBeCloseTo(2 / 3, 12);
  });

  it('takes other references by name, and none when they took no part', () => {
    expect(reportOf(RESULT, { naive: 'absent' }).candidates[2]?.pooled.skillVsNaive).toBeNull();
    expect(reportOf(RESULT, { naive: 'absent' }).naive).toBeNull();
    const other = reportOf(RESULT, { seasonalNaive: 'mine' });
    expect(other.candidates[2]?.pooled.skillVsSeasonalNaive).toBe(0);
  });

  it('has nulls, no NaN, where nothing could be scored', () => {
    const empty = reportOf(
      resultOf({ origins: [0], candidates: { naive: [[GAP]] }, naiveScale: GAP }),
    );
    expect(BacktestReportSchema.parse(empty)).toEqual(empty);
    expect(empty.naiveScale).toBeNull();
    expect(empty.candidates[0]?.pooled).toMatchObject({ mae: null, r2: null, cases: 0 });
  });
});
