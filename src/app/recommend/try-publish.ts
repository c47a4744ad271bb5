import type { RecommendedAction } from '#contracts/http/recommend.ts';
import { isDomainError } from '#core/errors.ts';
import type { Workload } from '../workload-directory.ts';
import { publishRecommendation } from './publish.ts';
import type { PublishDeps } from './recommend-deps.ts';

/** What a scoring recommended, or why it could not. */
export interface PublishOutcome {
  /** Null: nobody knows how many replicas there are, or it failed. */
  readonly action: RecommendedAction | null;
  readonly targetReplicas: number | null;
  /** Code of the error that kept it from being published. */
  readonly failed: string | null;
}

/**
 * Publishes a recommendation as part of the scheduled scoring. Scoring, incidents and forecasts do not
 * depend on it: whatever fails here is told and leaves the earlier one to expire.
 */
export async function tryPublish(deps: PublishDeps, workload: Workload): Promise<PublishOutcome> {
  try {
    const published = await publishRecommendation(deps, workload);
    return {
      action: published?.action ?? null,
      targetReplicas: published?.target_replicas ?? null,
      failed: null,
    };
  } catch (error) {
    const failed = isDomainError(error) ? error.code : String(error);
    return { action: null, targetReplicas: null, failed };
  }
}
