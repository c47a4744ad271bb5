import type { PublishedRecommendation } from '#contracts/http/recommend.ts';
import { toIso } from '#core/time.ts';
import { type ConfiguredScaling, scalingFor } from '../scaling-config.ts';
import type { Workload } from '../workload-directory.ts';
import { type Evaluation, evaluateReplicas } from './evaluate-replicas.ts';
import { actionOf, replicaFields } from './outcome.ts';
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
  const { workload, use, basis, decided, now } = evaluation;
  const demand = decided.needs?.expected?.demand;
  return {
    workload: { ...workload.id },
    simulated: workload.simulated,
    generated_at: toIso(now),
    action: actionOf(evaluation),
    current_replicas: use.current ?? null,
    ...replicaFields(evaluation),
    demand:
      demand === undefined || basis.metric === null
        ? null
        : { metric: basis.metric, value: demand },
    reasons: evaluation.reasons.map((reason) => ({ ...reason })),
  };
}
