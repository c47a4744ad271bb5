import type { Fit } from '#contracts/http/fits.ts';
import { parseWorkloadKey, type WorkloadKey } from '#core/workload.ts';

/** The record of one fit; its id is made of its workload, metric and model, as `fitsOf` makes it. */
export function fitOf(
  workload: WorkloadKey,
  metric: string,
  model: string,
  changes: Partial<Fit> = {},
): Fit {
  return {
    id: `${workload}#${metric}#${model}`,
    run_id: 'run-1',
    workload: parseWorkloadKey(workload),
    metric,
    model,
    parameters: { order: [1, 1, 0] },
    data_sha256: 'd'.repeat(64),
    steps: 2_016,
    fit_ms: 12,
    finished_at: '2026-03-02T10:00:00.000Z',
    mae: 0.02,
    skill_vs_naive: 0.1,
    cases: 900,
    horizons: [
      { from_step: 1, to_step: 1, mae: 0.01, rmse: 0.02, r2: 0.9, skill_vs_naive: 0.1, cases: 90 },
    ],
    serves: false,
    version: 'abc123',
    artifact: { key: 'models/x.json', sha256: 'f'.repeat(64) },
    ...changes,
  };
}
