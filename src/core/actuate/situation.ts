import type { EpochMs } from '../time.ts';

/** The bounds that a scalable target has now. */
export interface CapacityBounds {
  readonly minimum: number;
  readonly maximum: number;
}

/** A one-time scheduled action of ours as it is stored at the target. */
export interface ScheduledChange {
  /** Undefined for a schedule that we never write. */
  readonly at: EpochMs | undefined;
  /** Undefined for an action that we never write. */
  readonly minimum: number | undefined;
}

/** What is remembered of a target whose minimum is raised, or is about to be. */
export interface RaiseMemory {
  /** The minimum that its operator configured: what it goes back to. */
  readonly original: number;
  /** Every minimum that was asked for since, ascending: these are ours, any other is the operator's. */
  readonly raisedTo: readonly number[];
}

/** How many replicas are wanted until when, by a recommendation that is valid now. */
export interface WantedReplicas {
  readonly replicas: number;
  readonly validUntil: EpochMs;
}

/** Everything that a decision on one scalable target rests on. */
export interface TargetSituation {
  /** Undefined: nothing is registered under this name. */
  readonly bounds: CapacityBounds | undefined;
  readonly raise: ScheduledChange | undefined;
  readonly restore: ScheduledChange | undefined;
  readonly memory: RaiseMemory | undefined;
  /** Undefined: nothing valid is published. */
  readonly wanted: WantedReplicas | undefined;
  /** Somebody has stopped all actuation. */
  readonly isStopped: boolean;
}
