import { describe, expect, it } from '@jest/globals';
import { gradeEvidence, type LiveBucket } from '#core/evaluate/grade-evidence.ts';
import { ScoresSchema } from '#core/evaluate/report.ts';
import { calibrationOf } from '#test/helpers/calibration.ts';
import { bundleOf } from '#test/helpers/model-bundles.ts';

const UNKNOWN = ScoresSchema.parse({
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
});

/** A backtest of two buckets: one step, and two steps of which the metric was 10 high on average. */
function reportOf(own: Partial<typeof UNKNOWN>, naive: Partial<typeof UNKNOWN>) {
  const candidate = (name: string, scores: Partial<typeof UNKNOWN>) => ({
    name,
    pooled: UNKNOWN,
    buckets: [
      { fromStep: 1, toStep: 1, ...UNKNOWN },
      { fromStep: 2, toStep: 3, ...UNKNOWN, ...scores },
    ],
    failures: [],
  });
  return {
    ...bundleOf().backtest,
    naive: 'naive',
    candidates: [candidate('ridge', own), candidate('naive', naive)],
  };
}

const MEASURED = {
  report: reportOf(
    { mae: 2, wape: 0.2, cases: 80, skillVsNaive: 0.5, skillVsSeasonalNaive: 0.1 },
    { mae: 4, wape: 0.4, cases: 80, skillVsNaive: 0 },
  ),
  member: 'ridge',
  coverage: [{ fromStep: 2, toStep: 3, level: 0.8, coverage: 0.9, cases: 60 }],
  calibration: null,
  level: 0.8,
} as const;

const LIVE: LiveBucket = {
  fromStep: 2,
  toStep: 3,
  cases: 20,
  error: 100,
  naiveError: 80,
  banded: 20,
  inside: 6,
};

describe('the evidence for grades', () => {
  it('is the backtest of what serves, by bucket', () => {
    const [first, second] = gradeEvidence(MEASURED);
    expect(first?.evidence).toMatchObject({ forecasts: 0, skillVsNaive: null, coverage: null });
    // 80 cells of two steps each are 40 forecasts; the metric is 4 / 0.4 = 10 high.
    expect(second).toEqual({
      fromStep: 2,
      toStep: 3,
      evidence: {
        forecasts: 40,
        skillVsNaive: 0.5,
        skillVsSeasonalNaive: 0.1,
        level: 0.8,
        coverage: 0.9,
        relativeWidth: null,
        naiveRelativeError: 0.4,
        hasDrifted: false,
      },
    });
  });

  it('is pooled with what became of forecasts since', () => {
    const [, second] = gradeEvidence({ ...MEASURED, live: [LIVE], hasDrifted: true });
    // Errors: 2 x 80 + 100 = 260 of naive's 4 x 80 + 80 = 400. Bands: 54 + 6 of 60 + 20.
    expect(second?.evidence.forecasts).toBe(50);
    expect(second?.evidence.skillVsNaive).toBeCloseTo(0.35, 12);
    expect(second?.evidence.coverage).toBeCloseTo(0.75, 12);
    expect(second?.evidence.hasDrifted).toBe(true);
  });

  it('of a metric that is always zero is that the last value is right', () => {
    const zero = { mae: 0, wape: null, cases: 80, skillVsNaive: null };
    const [, second] = gradeEvidence({ ...MEASURED, report: reportOf(zero, zero) });
    expect(second?.evidence).toMatchObject({ skillVsNaive: null, naiveRelativeError: 0 });
  });

  it('of a width is that at the middle of the bucket, by the size of the metric', () => {
    // Both leads have erred by -4 ... 4, evenly: the 80 % band is narrower than 8 and wider than 6.
    const errors = Array.from({ length: 41 }, (_, i) => (i - 20) / 5);
    const calibration = calibrationOf(3, { 1: errors, 2: errors, 3: errors });
    const [, second] = gradeEvidence({ ...MEASURED, calibration });
    expect(second?.evidence.relativeWidth).toBeGreaterThan(0.6);
    expect(second?.evidence.relativeWidth).toBeLessThan(0.8);
  });

  it('of a member that the backtest did not have is none', () => {
    expect(gradeEvidence({ ...MEASURED, member: 'gone' })).toEqual([]);
  });
});
