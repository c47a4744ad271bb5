import type { PricingConfig } from '#contracts/config/pricing.ts';
import type { ScalingConfig } from '#contracts/config/scaling.ts';
import type { Clock } from '#core/time.ts';
import type { ObservationStore } from '../ports/observation-store.ts';
import type { RecommendationLog } from '../recommendation-log.ts';
import type { WorkloadDirectory } from '../workload-directory.ts';

/** What costs are worked out of. */
export interface CostDeps {
  readonly observations: ObservationStore;
  readonly directory: WorkloadDirectory;
  readonly clock: Clock;
  readonly pricing: PricingConfig;
  readonly scaling: ScalingConfig;
  readonly recommendations: Pick<RecommendationLog, 'history'>;
}
