import type { ActuationTarget } from '#contracts/config/actuation.ts';
import type { CapacityBounds, ScheduledChange } from '#core/actuate/situation.ts';
import type { EpochMs } from '#core/time.ts';

/** A scalable target as its service names it. */
export type ScalableTargetId = Readonly<
  Pick<ActuationTarget, 'service_namespace' | 'resource_id' | 'scalable_dimension'>
>;

/** The registered targets of an auto scaling service, and their one-time scheduled actions. */
export interface ScalableTargets {
  /** Undefined when nothing is registered under this name. */
  bounds(target: ScalableTargetId): Promise<CapacityBounds | undefined>;
  /** Those of the names that exist. */
  actions(
    target: ScalableTargetId,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, ScheduledChange>>;
  /** Makes an action that sets the minimum once, or takes the place of the one of that name. */
  put(
    target: ScalableTargetId,
    action: { readonly name: string; readonly at: EpochMs; readonly minimum: number },
  ): Promise<void>;
  /** Deletes an action; one that does not exist is deleted already. */
  delete(target: ScalableTargetId, name: string): Promise<void>;
}
