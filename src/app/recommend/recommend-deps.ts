import type { PricingConfig } from '#contracts/config/pricing.ts';
import type { ScalingConfig } from '#contracts/config/scaling.ts';
import type { GradeLog } from '../grades/grade-log.ts';
import type { RecommendationLog } from '../recommendation-log.ts';
import type { ServingDeps } from '../serving/serving-deps.ts';
import type { DemandBases } from './demand-bases.ts';
import type { ScalingStates } from './scaling-states.ts';

/** What recommending needs: forecasts, and what it remembers. */
export interface RecommendDeps extends ServingDeps {
  readonly scaling: ScalingConfig;
  readonly pricing: PricingConfig;
  readonly scalingStates: ScalingStates;
  readonly demandBases: DemandBases;
  readonly grades: GradeLog;
}

/** What publishing needs besides. */
export interface PublishDeps extends RecommendDeps {
  readonly recommendations: RecommendationLog;
}
