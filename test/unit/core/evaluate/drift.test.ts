import { describe, expect, it } from '@jest/globals';
import {
  type DriftState,
  DriftStateSchema,
  driftRatio,
  type LiveError,
  NO_DRIFT,
  nextDrift,
} from '#core/evaluate/drift.ts';
import type { BacktestReport, Scores } from '#core/evaluate/report.ts';

/** What these looks, one after the other, make of a model. */
function afterLooks(ratios: readonly number[], start: DriftState = NO_DRIFT): DriftState {
  return ratios.reduce(nextDrift, start);
}

describe('a model', () => {
  it.each([
    ['worse', [1.6, 1.6, 1.6]],
    ['worse', [Infinity, Infinity, Infinity]],
    ['better', [0.6, 0.6, 0.6]],
  ] as const)('has drifted for the %s after three looks in a row', (status, ratios) => {
    expect(afterLooks(ratios.slice(0, 2)).status).toBeNull();
    expect(afterLooks(ratios).status).toBe(status);
  });

  it.each([
    ['within 1.5 times', [1.5, 1.5, 1.5, 1.5]],
    ['beyond it for two looks, twice', [1.6, 1.6, 1.4, 1.6, 1.6]],
    ['beyond it on one side and then the other', [1.6, 1.6, 0.5, 1.6, 1.6]],
    ['not looked at', [Number.NaN, Number.NaN, Number.NaN]],
  ])('that is %s has not', (_, ratios) => {
    expect(afterLooks(ratios).status).toBeNull();
  });

  it('that could not be looked at in between has drifted all the same', () => {
    expect(afterLooks([1.6, Number.NaN, 1.6, Number.NaN, 1.6]).status).toBe('worse');
  });

  it.each([
    ['worse', [1.6, 1.6, 1.6, 1.2, 1.4], 'worse'],
    ['worse', [1.6, 1.6, 1.6, 1.19], null],
    ['better', [0.6, 0.6, 0.6, 0.8], 'better'],
    // 1 / 1.2 = 0.8333: above it is within.
    ['better', [0.6, 0.6, 0.6, 0.84], null],
  ] as const)('that is %s stays so until it is within 1.2 times', (_, ratios, status) => {
    expect(afterLooks(ratios).status).toBe(status);
  });

  it('may drift again, and from one side to the other', () => {
    expect(afterLooks([1.6, 1.6, 1.6, 1, 1.6, 1.6, 1.6]).status).toBe('worse');
    const turned = afterLooks([1.6, 1.6, 1.6, 0.5, 0.5]);
    expect(turned).toEqual({ status: null, leaning: 'better', looks: 2 });
    expect(nextDrift(turned, 0.5).status).toBe('better');
  });

  it('is remembered as plain JSON', () => {
    const state = afterLooks([1.6, 1.6]);
    expect(DriftStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });
});

describe('the drift ratio', () => {
  const SCORES: Scores = {
    mae: null,
    mse: null,
    rmse: null,
    mape: null,
    smape: null,
    wape: null,
    mase: null,
    r2: null,
    skillVsNaive: null,
    skillVsSeasonalNaive: null,
    cases: 0,
  };
  /** A backtest of `auto` that erred by 1 one step ahead, by 2 two and three ahead. */
  const REPORT: BacktestReport = {
    seriesId: 's',
    stepMs: 1,
    horizon: 6,
    origins: 9,
    firstCutoff: null,
    lastCutoff: null,
    naiveScale: null,
    naive: null,
    seasonalNaive: null,
    candidates: [
      {
        name: 'auto',
        pooled: SCORES,
        buckets: [
          { ...SCORES, fromStep: 1, toStep: 1, mae: 1 },
          { ...SCORES, fromStep: 2, toStep: 3, mae: 2 },
          { ...SCORES, fromStep: 4, toStep: 6, mae: null },
        ],
        failures: [],
      },
    ],
  };
  const forecasts = (count: number, errors: Readonly<Record<number, number>>): LiveError[] =>
    Array.from({ length: count }, (_, cutoff) =>
      Object.entries(errors).map(([step, error]) => ({ cutoff, step: Number(step), error })),
    ).flat();

  it('is the mean error over the one measured at the same steps ahead', () => {
    // (|-3| + |1| + |2|) / (1 + 2 + 2) = 6 / 5; step 4 was not measured, step 9 is beyond it.
    const live = forecasts(40, { 1: -3, 2: 1, 3: 2, 4: 100, 9: 100 });
    expect(driftRatio(live, REPORT, 'auto')).toBeCloseTo(1.2, 12);
  });

  it('leaves out errors that are no numbers', () => {
    const live = [...forecasts(40, { 1: 1 }), { cutoff: 0, step: 2, error: Number.NaN }];
    expect(driftRatio(live, REPORT, 'auto')).toBe(1);
  });

  it('needs forty forecasts', () => {
    expect(driftRatio(forecasts(39, { 1: 1, 2: 1 }), REPORT, 'auto')).toBeNaN();
    expect(driftRatio(forecasts(40, { 1: 1, 2: 1 }), REPORT, 'auto')).not.toBeNaN();
    expect(driftRatio(forecasts(40, { 1: 1 }), REPORT, 'another')).toBeNaN();
    expect(driftRatio([], REPORT, 'auto')).toBeNaN();
  });

  it('of a backtest without error is infinite, unless life has none either', () => {
    const [candidate] = REPORT.candidates;
    const bucket = { ...SCORES, fromStep: 1, toStep: 1, mae: 0 };
    const perfect = { ...REPORT, candidates: [{ ...candidate!, buckets: [bucket] }] };
    expect(driftRatio(forecasts(40, { 1: 1 }), perfect, 'auto')).toBe(Infinity);
    expect(driftRatio(forecasts(40, { 1: 0 }), perfect, 'auto')).toBeNaN();
  });
});
