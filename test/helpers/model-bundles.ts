import type { ModelBundle } from '#contracts/artifacts/model-bundle.ts';

/** A bundle of no members, measured by nothing, with what a test changes of it. */
export function bundleOf(changes: Partial<ModelBundle> = {}): ModelBundle {
  return {
    kind: 'model-bundle',
    version: 1,
    workload: 'default#shop#web#*',
    metric: 'cpu_utilization',
    unit: 'ratio',
    step_ms: 3_600_000,
    serves: 'naive',
    states: {},
    blends: {},
    pools: [],
    calibrations: {},
    coverage: {},
    backtest: {
      seriesId: 'test',
      stepMs: 3_600_000,
      horizon: 3,
      origins: 0,
      firstCutoff: null,
      lastCutoff: null,
      naiveScale: null,
      naive: null,
      seasonalNaive: null,
      candidates: [],
    },
    provenance: {
      training: { from: 0, to: 7_200_000, steps: 2 },
      data_sha256: 'd'.repeat(64),
      code_version: 'test',
      parameters: {},
      seed: 1,
    },
    ...changes,
  };
}
