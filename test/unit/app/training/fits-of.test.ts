import { describe, expect, it } from '@jest/globals';
import { fitsOf } from '#app/training/fits-of.ts';
import type { FittedMetric } from '#contracts/artifacts/stage-outputs.ts';
import { FitSchema } from '#contracts/http/fits.ts';
import { at } from '#test/helpers/memory-services.ts';
import { bundleOf } from '#test/helpers/model-bundles.ts';

const NAIVE = { kind: 'naive', version: 1 };
const SCORES = {
  mae: 0.02,
  mse: 0.0009,
  rmse: 0.03,
  mape: null,
  smape: null,
  wape: null,
  mase: null,
  r2: 0.8,
  skillVsNaive: 0.5,
  skillVsSeasonalNaive: 0.1,
  cases: 90,
};

const EMPTY = bundleOf();
/** Two members and a blend; one member was never measured. */
const BUNDLE = bundleOf({
  serves: 'auto',
  states: { arima: NAIVE, lstm: NAIVE },
  blends: { auto: { kind: 'median', members: ['arima', 'lstm'] } },
  backtest: {
    ...EMPTY.backtest,
    origins: 30,
    candidates: [
      {
        name: 'arima',
        pooled: SCORES,
        buckets: [
          { ...SCORES, fromStep: 1, toStep: 1, mae: 0.01, cases: 30 },
          { ...SCORES, fromStep: 2, toStep: 3, mae: 0.025, r2: null, cases: 60 },
        ],
        failures: [],
      },
      { name: 'auto', pooled: { ...SCORES, mae: 0.015 }, buckets: [], failures: [] },
    ],
  },
});
const FITTED: FittedMetric = {
  members: {
    arima: { early: NAIVE, final: NAIVE, fit_ms: 40, parameters: { order: [1, 1, 0] } },
    lstm: { early: null, final: NAIVE, fit_ms: 90_000, parameters: { preset: 'mora' } },
  },
  pools: [],
  left_out: [{ member: 'ets', code: 'FIT_DID_NOT_CONVERGE', message: 'flat' }],
};

function fits() {
  const artifact = { key: 'models/x.json', sha256: 'f'.repeat(64), bytes: 10 };
  const now = at('2026-03-02T10:00:00Z');
  return fitsOf('run-1', BUNDLE, FITTED, artifact, 'abc123', now);
}

describe('the fits of a version', () => {
  it('are its members and its blends, with what each was fitted from and kept in', () => {
    expect(fits()[0]).toEqual({
      id: 'default#shop#web#*#cpu_utilization#arima',
      run_id: 'run-1',
      workload: { cluster: 'default', namespace: 'shop', deployment: 'web', container: '*' },
      metric: 'cpu_utilization',
      model: 'arima',
      parameters: { order: [1, 1, 0] },
      data_sha256: 'd'.repeat(64),
      steps: 2,
      fit_ms: 40,
      finished_at: '2026-03-02T10:00:00.000Z',
      mae: 0.02,
      skill_vs_naive: 0.5,
      cases: 90,
      horizons: [
        {
          from_step: 1,
          to_step: 1,
          mae: 0.01,
          rmse: 0.03,
          r2: 0.8,
          skill_vs_naive: 0.5,
          cases: 30,
        },
        {
          from_step: 2,
          to_step: 3,
          mae: 0.025,
          rmse: 0.03,
          r2: null,
          skill_vs_naive: 0.5,
          cases: 60,
        },
      ],
      serves: false,
      version: 'abc123',
      artifact: { key: 'models/x.json', sha256: 'f'.repeat(64) },
    });
    expect(fits().map(({ model }) => model)).toEqual(['arima', 'lstm', 'auto']);
  });

  it('say of a member that was not measured that it was not', () => {
    expect(fits()[1]).toMatchObject({
      model: 'lstm',
      fit_ms: 90_000,
      mae: null,
      skill_vs_naive: null,
      cases: 0,
      horizons: [],
    });
  });

  it('have no time and no parameters for a blend, which is not fitted', () => {
    expect(fits()[2]).toMatchObject({
      model: 'auto',
      fit_ms: null,
      parameters: {},
      mae: 0.015,
      serves: true,
    });
  });

  it('keep the contract', () => {
    for (const fit of fits()) expect(FitSchema.safeParse(fit).success).toBe(true);
  });
});
