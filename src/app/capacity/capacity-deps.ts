import type { ScalingConfig } from '#contracts/config/scaling.ts';
import type { ServingDeps } from '../serving/serving-deps.ts';

/** What planning needs: forecasts, and what is configured of sizes. Read-only. */
export interface CapacityDeps extends ServingDeps {
  readonly scaling: ScalingConfig;
}
