import type { PublishedRecommendation } from '#contracts/http/recommend.ts';
import { toIso } from '#core/time.ts';
import { type ConfiguredScaling, scalingFor } from '../scaling-config.ts';
import type { Workload } from '../workload-directory.ts';
import { type Evaluation, evaluateReplicas } from './evaluate-replicas.ts';
import { actionOf, executeBy, probabilityShort, validUntil } from './outcome.ts';
import type { PublishDeps } from './recommend-deps.ts';

/**
 * Decides on the replicas of a workload as configured and publishes the answer, for other scalers and
 * for accounting. A workload whose replicas nobody knows has nothing to publish.
 *
 * @returns what was published
 */
export async function publishRecommendation(
  deps: PublishDeps,
  workload: Workload,
): Promise<PublishedRecommendation | undefined> {
  const scaling = scalingFor(deps.scaling, workload.id);
  if (!isPublished(workload, scaling)) return undefined;
  const evaluation = await evaluateReplicas(deps, workload, { scaling, isDryRun: false });
  const recommendation = publishedFrom(evaluation);
  await deps.recommendations.publish(recommendation);
  return recommendation;
}

/** Whether the scheduled scoring decides on a workload: somebody counts its replicas, or states them. */
export function isPublished(
  workload: Pick<Workload, 'metrics'>,
  scaling: Pick<ConfiguredScaling, 'replicas'>,
): boolean {
  return workload.metrics.has('replicas') || scaling.replicas !== undefined;
}

function publishedFrom(evaluation: Evaluation): PublishedRecommendation {
  const { workload, policy, use, basis, decided, now } = evaluation;
  const { decision, needs } = decided;
  const acts = decision.decision === 'act' ? decision : undefined;
  const by = executeBy(evaluation);
  const demand = needs?.expected?.demand;
  return {
    workload: { ...workload.id },
    simulated: workload.simulated,
    generated_at: toIso(now),
    valid_until: toIso(validUntil(evaluation)),
    action: actionOf(evaluation),
    current_replicas: use.current ?? null,
    target_replicas: acts?.target ?? null,
    lower_replicas: acts?.lower ?? null,
    upper_replicas: acts?.upper ?? null,
    quantile: policy.quantile,
    lead_time_seconds: policy.leadTime / 1_000,
    p_short: probabilityShort(evaluation),
    execute_by: by === null ? null : toIso(by),
    demand:
      demand === undefined || basis.metric === null
        ? null
        : { metric: basis.metric, value: demand },
    reasons: evaluation.reasons.map((reason) => ({ ...reason })),
  };
}
