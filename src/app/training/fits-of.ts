import type { ModelBundle } from '#contracts/artifacts/model-bundle.ts';
import type { FittedMetric } from '#contracts/artifacts/stage-outputs.ts';
import type { Fit } from '#contracts/http/fits.ts';
import type { BlendSpec } from '#core/forecast/blend-spec.ts';
import { type EpochMs, toIso } from '#core/time.ts';
import { parseWorkloadKey } from '#core/workload.ts';
import type { ArtifactRef } from '../ports/artifact-store.ts';

/** The record of every member and blend of a version, measured or not. */
export function fitsOf(
  runId: string,
  bundle: ModelBundle,
  fitted: FittedMetric,
  artifact: ArtifactRef,
  version: string,
  now: EpochMs,
): readonly Fit[] {
  const common = {
    run_id: runId,
    workload: parseWorkloadKey(bundle.workload),
    metric: bundle.metric,
    data_sha256: bundle.provenance.data_sha256,
    steps: bundle.provenance.training.steps,
    finished_at: toIso(now),
    version,
    artifact: { key: artifact.key, sha256: artifact.sha256 },
  };
  return [...Object.keys(bundle.states), ...Object.keys(bundle.blends)].map((model) => {
    const report = bundle.backtest.candidates.find(({ name }) => name === model);
    const member = fitted.members[model];
    return {
      id: `${bundle.workload}#${bundle.metric}#${model}`,
      ...common,
      model,
      parameters: member ? { ...member.parameters } : weightsOf(bundle.blends[model]),
      fit_ms: member?.fit_ms ?? null,
      mae: report?.pooled.mae ?? null,
      skill_vs_naive: report?.pooled.skillVsNaive ?? null,
      cases: report?.pooled.cases ?? 0,
      horizons: (report?.buckets ?? []).map((bucket) => ({
        from_step: bucket.fromStep,
        to_step: bucket.toStep,
        mae: bucket.mae,
        rmse: bucket.rmse,
        r2: bucket.r2,
        skill_vs_naive: bucket.skillVsNaive,
        cases: bucket.cases,
      })),
      serves: model === bundle.serves,
    };
  });
}

/** The weights that a fusion is used with; a blend without fixed weights has none to compare. */
function weightsOf(blend: BlendSpec | undefined): Record<string, unknown> {
  if (blend?.kind !== 'fusion') return {};
  const weights = blend.members.map(({ name, weight }) => [name, weight] as const);
  return { weights: Object.fromEntries(weights), evidence: blend.evidence };
}
