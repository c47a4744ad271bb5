import { addMs, durationMs, type EpochMs, MINUTE } from '#core/time.ts';
import type { Measures } from '../ports/metrics-sink.ts';
import { isValidAt, type RecommendationLog } from '../recommendation-log.ts';
import type { Workload } from '../workload-directory.ts';

/** A published value cannot be taken back, and is read for two periods of CloudWatch. */
const READ_FOR = durationMs(10 * MINUTE);

/**
 * What other scalers may act on, as measures: the replicas that are recommended and the demand that
 * they were computed from, as long as the recommendation is valid for whoever reads them. Of a
 * simulated workload, nothing is.
 */
export async function publishedMeasures(
  deps: { readonly recommendations: Pick<RecommendationLog, 'latest'> },
  workload: Workload,
  now: EpochMs,
): Promise<Pick<Measures['values'], 'RecommendedReplicas' | 'PredictedDemand'>> {
  const latest = workload.simulated ? undefined : await deps.recommendations.latest(workload.key);
  if (!latest || !isValidAt(latest, addMs(now, READ_FOR))) return {};
  const { target_replicas, demand } = latest;
  return {
    RecommendedReplicas: target_replicas === null ? [] : [target_replicas],
    PredictedDemand: demand === null ? [] : [demand.value],
  };
}
