import type { ModelDetail, WorkloadInfo } from '#contracts/http/catalog.ts';
import type { Fit } from '#contracts/http/fits.ts';
import type { PredictResponse } from '#contracts/http/predict.ts';
import type { RunDetail } from '#contracts/http/train.ts';

export const WEBSHOP = {
  cluster: 'default',
  namespace: 'sample',
  deployment: 'webshop',
  container: '*',
};

export const HEALTH = {
  status: 'healthy',
  version: '0.1.0',
  timestamp: '2026-01-01T00:00:00.000Z',
  uptime_seconds: 60,
  models_loaded: 1,
  workloads: 1,
  sources: ['simulator'],
  data_age_seconds: 30,
  heartbeat: null,
} as const;

export const WORKLOAD: WorkloadInfo = {
  workload: WEBSHOP,
  simulated: true,
  step_seconds: 300,
  sources: ['simulator'],
  metrics: [
    {
      metric: 'cpu_utilization',
      unit: 'ratio',
      counter: false,
      last_seen: '2025-12-31T23:55:00.000Z',
    },
    { metric: 'restarts', unit: 'count', counter: false, last_seen: null },
  ],
  first_seen: '2025-12-04T00:00:00.000Z',
  last_seen: '2025-12-31T23:55:00.000Z',
};

/** Two steps of 5 minutes after 23:55, as a trained champion answers. */
export const FORECAST: PredictResponse = {
  workload: WEBSHOP,
  metric: 'cpu_utilization',
  unit: 'ratio',
  model: 'median',
  version: 'abc123',
  stage: 'champion',
  simulated: true,
  generated_at: '2026-01-01T00:00:00.000Z',
  data_as_of: '2025-12-31T23:55:00.000Z',
  trained_at: '2025-12-31T12:00:00.000Z',
  valid_until: '2026-01-01T01:55:00.000Z',
  step_seconds: 300,
  periods: 2,
  level: 0.8,
  predictions: [
    { timestamp: '2026-01-01T00:00:00.000Z', value: 0.5, lower_bound: 0.4, upper_bound: 0.6 },
    { timestamp: '2026-01-01T00:05:00.000Z', value: 0.25, lower_bound: 0.1, upper_bound: 0.4 },
  ],
  skill: { vs_naive: -0.1, vs_seasonal_naive: 0.234, mae: 0.02, cases: 9120 },
  coverage: [
    { from_step: 1, to_step: 1, level: 0.8, coverage: 0.8, cases: 100 },
    { from_step: 2, to_step: 3, level: 0.8, coverage: 0.7, cases: 300 },
    { from_step: 4, to_step: 6, level: 0.8, coverage: 0.1, cases: 1000 },
    { from_step: 1, to_step: 1, level: 0.95, coverage: 0.95, cases: 100 },
  ],
  reasons: [],
  metadata: { model_version: 'abc123', cache_hit: false },
};

export const SERIES = {
  workload: WEBSHOP,
  metric: 'cpu_utilization',
  unit: 'ratio',
  simulated: true,
  step_seconds: 300,
  start: '2025-12-31T23:50:00.000Z',
  values: [0.1, 0.3],
};

const SCORES = {
  from_step: 1,
  to_step: 288,
  cases: 1200,
  mae: 0.02,
  mse: 0.0009,
  rmse: 0.03,
  mape: null,
  smape: null,
  wape: null,
  mase: null,
  r2: null,
  skill_vs_naive: 0.5,
  skill_vs_seasonal_naive: null,
};

export const MODEL: ModelDetail = {
  id: 'default~sample~webshop~*~cpu_utilization~abc123',
  workload: WEBSHOP,
  metric: 'cpu_utilization',
  version: 'abc123',
  stage: 'champion',
  model: 'median',
  members: ['naive', 'median'],
  trained_at: '2025-12-31T12:00:00.000Z',
  training: { from: '2025-12-04T00:00:00.000Z', to: '2025-12-31T11:55:00.000Z', steps: 8064 },
  skill: { vs_naive: 0.5, vs_seasonal_naive: 0.25, mae: 0.02, cases: 1200 },
  decision: { code: 'WON', message: 'better than all' },
  sha256: 'f'.repeat(64),
  run_id: 'run-1',
  backtest: [
    { member: 'naive', pooled: { ...SCORES, skill_vs_naive: 0 }, buckets: [] },
    { member: 'median', pooled: { ...SCORES, mape: 0.12 }, buckets: [] },
  ],
  origins: 90,
  coverage: [{ from_step: 1, to_step: 1, level: 0.8, coverage: 0.8, cases: 100 }],
  provenance: {},
  rollback_to: null,
};

/** The same model without what only its detail has. */
export function listed(model: ModelDetail) {
  const { backtest, origins, coverage, provenance, rollback_to, ...info } = model;
  void [backtest, origins, coverage, provenance, rollback_to];
  return info;
}

export const RUN_STARTED = {
  run: {
    run_id: 'run-1',
    trigger: 'request',
    state: 'queued',
    created_at: '2026-01-01T00:00:00.000Z',
    finished_at: null,
    workloads: null,
    trained: 0,
    refused: 0,
    failed: 0,
    error: null,
  },
  started: true,
} as const;

export const RUN_DONE: RunDetail = {
  run: {
    ...RUN_STARTED.run,
    state: 'succeeded',
    finished_at: '2026-01-01T00:00:10.000Z',
    workloads: 1,
    trained: 1,
  },
  details: [
    {
      workload: WEBSHOP,
      outcome: 'trained',
      stages: [
        {
          name: 'engineer',
          state: 'succeeded',
          started_at: '2026-01-01T00:00:01.000Z',
          finished_at: '2026-01-01T00:00:02.000Z',
          summary: { metrics: { cpu_utilization: { steps: 8064, seasons: ['day', 'week'] } } },
        },
        {
          name: 'register',
          state: 'succeeded',
          started_at: '2026-01-01T00:00:08.000Z',
          finished_at: '2026-01-01T00:00:09.000Z',
          summary: { metrics: { cpu_utilization: { id: MODEL.id, action: 'promote' } } },
        },
      ],
      refusals: [
        { metric: 'restarts', code: 'TOO_FEW_OBSERVATIONS', message: '3 of 24: enough at 02:00' },
      ],
      left_out: [
        { metric: 'cpu_utilization', member: 'ses', code: 'FIT_DID_NOT_CONVERGE', message: 'flat' },
      ],
      error: null,
    },
  ],
};

const FIT: Fit = {
  id: 'default#sample#webshop#*#cpu_utilization#ridge',
  run_id: 'run-1',
  workload: WEBSHOP,
  metric: 'cpu_utilization',
  model: 'ridge',
  parameters: {},
  data_sha256: 'a'.repeat(64),
  steps: 8064,
  fit_ms: 12.4,
  finished_at: '2026-01-01T00:00:09.000Z',
  mae: 0.02,
  skill_vs_naive: 0.5,
  cases: 1200,
  horizons: [],
  serves: false,
  version: 'abc123',
  artifact: { key: 'models/x.json', sha256: 'f'.repeat(64) },
};

/** The fits of `run-1`: three of one metric, one of its hourly track, one of a metric in bytes. */
export const FITS: readonly Fit[] = [
  { ...FIT, model: 'auto', fit_ms: null, mae: 0.0125, skill_vs_naive: 0.6875, serves: true },
  {
    ...FIT,
    model: 'lstm',
    fit_ms: 90_500,
    parameters: { preset: 'mora', split: { training: 0.7 } },
  },
  { ...FIT, model: 'naive', fit_ms: 1, mae: null, skill_vs_naive: null, cases: 0 },
  { ...FIT, metric: 'cpu_utilization.hourly', fit_ms: 1500, mae: 0.1 },
  { ...FIT, metric: 'memory_bytes', mae: 2 ** 20, serves: true },
].map((fit) => ({ ...fit, id: `default#sample#webshop#*#${fit.metric}#${fit.model}` }));

/** The fits of `run-2`: on other data, another network, no `naive`, and a model that is new. */
export const OTHER_FITS: readonly Fit[] = [
  { ...FIT, model: 'auto', fit_ms: null, mae: 0.01, serves: true },
  {
    ...FIT,
    model: 'lstm',
    mae: 0.025,
    parameters: { preset: 'multi-horizon', split: { training: 0.7 }, epochs: 100 },
  },
  { ...FIT, model: 'prophet', mae: 0.03 },
].map((fit) => ({
  ...fit,
  id: `default#sample#webshop#*#${fit.metric}#${fit.model}`,
  run_id: 'run-2',
  data_sha256: 'b'.repeat(64),
}));

/** As `FORECAST`, answered by a blend that has learned the weights of its two members. */
export const EXPLAINED: PredictResponse = {
  ...FORECAST,
  model: 'fusion',
  explanation: {
    blend: 'fusion',
    members: [
      {
        member: 'prophet',
        weights: [0.25, 0.25],
        values: [0.8, 0.4],
        contributions: [0.2, 0.1],
      },
      { member: 'lstm', weights: [0.75, 0.75], values: [0.4, 0.2], contributions: [0.3, 0.15] },
    ],
    rules: [],
    evidence: 90,
    refused: [],
  },
};
