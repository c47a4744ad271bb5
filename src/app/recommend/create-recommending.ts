import type { ConfiguredEvent } from '#contracts/config/events.ts';
import type { PricingConfig } from '#contracts/config/pricing.ts';
import type { ScalingConfig } from '#contracts/config/scaling.ts';
import type { Clock } from '#core/time.ts';
import { createGradeLog } from '../grades/grade-log.ts';
import type { Stores } from '../services.ts';
import { createServing } from '../serving/create-serving.ts';
import { createDemandBases } from './demand-bases.ts';
import type { RecommendDeps } from './recommend-deps.ts';
import { createScalingStates } from './scaling-states.ts';

/** Builds what recommending needs over a set of stores, and no other repository. Does no I/O. */
export function createRecommending(
  stores: Stores,
  clock: Clock,
  {
    events,
    scaling,
    pricing,
  }: {
    readonly events: readonly ConfiguredEvent[];
    readonly scaling: ScalingConfig;
    readonly pricing: PricingConfig;
  },
): RecommendDeps {
  return {
    ...createServing(stores, clock, events),
    scaling,
    pricing,
    scalingStates: createScalingStates(stores.catalog),
    demandBases: createDemandBases(stores.catalog),
    grades: createGradeLog(stores.catalog),
  };
}
