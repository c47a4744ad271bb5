import type { PublishedRecommendation } from '#contracts/http/recommend.ts';
import { type EpochMs, toIso } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';

/** A recommendation of `shop/web` to have six replicas instead of four, as it is published. */
export function recommendationOf(
  validity: { readonly from: EpochMs; readonly until: EpochMs },
  changes: Partial<PublishedRecommendation> = {},
): PublishedRecommendation {
  return {
    workload: workloadId({ deployment: 'web', namespace: 'shop' }),
    simulated: false,
    generated_at: toIso(validity.from),
    valid_until: toIso(validity.until),
    action: 'scale_out',
    current_replicas: 4,
    target_replicas: 6,
    lower_replicas: 5,
    upper_replicas: 7,
    quantile: 0.9,
    lead_time_seconds: 300,
    p_short: 0.05,
    execute_by: null,
    demand: { metric: 'request_rate', value: 400 },
    reasons: [],
    ...changes,
  };
}
