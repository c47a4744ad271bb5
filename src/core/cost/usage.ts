import { type DurationMs, type EpochMs, HOUR, SECOND } from '../time.ts';

/** Replicas that were observed to run for some time. */
export interface UsageSlot {
  readonly at: EpochMs;
  /** How much of the time was observed: an hour of nine five-minute values is 45 minutes. */
  readonly length: DurationMs;
  /** Mean over that time. */
  readonly replicas: number;
  /** Most at one moment of it. */
  readonly most: number;
}

/** What ran in a period, as far as it was observed. */
export interface Usage {
  readonly replicaHours: number;
  readonly coveredSeconds: number;
  /** Time nobody observed replicas in: it is neither filled nor charged. */
  readonly uncoveredSeconds: number;
  /** Over the time covered; null when there is none. */
  readonly meanReplicas: number | null;
  readonly mostReplicas: number | null;
}

/**
 * Adds up what was observed in a period. A slot whose number of replicas is negative or not finite is
 * not an observation.
 *
 * @param slots - that do not overlap, in any order
 * @param period - its length
 * @example
 * ```ts
 * const at = epochMs(0);
 * const slots = [{ at, length: HOUR, replicas: 4, most: 5 }];
 * usageOf(slots, durationMs(2 * HOUR)).replicaHours; // => 4
 * usageOf(slots, durationMs(2 * HOUR)).uncoveredSeconds; // => 3600
 * ```
 */
export function usageOf(slots: readonly UsageSlot[], period: DurationMs): Usage {
  let replicaMs = 0;
  let coveredMs = 0;
  let most = 0;
  for (const slot of slots) {
    if (!(slot.replicas >= 0 && slot.replicas < Infinity)) continue;
    replicaMs += slot.replicas * slot.length;
    coveredMs += slot.length;
    most = Math.max(most, slot.most);
  }
  return {
    replicaHours: replicaMs / HOUR,
    coveredSeconds: coveredMs / SECOND,
    uncoveredSeconds: Math.max(0, period - coveredMs) / SECOND,
    meanReplicas: coveredMs > 0 ? replicaMs / coveredMs : null,
    mostReplicas: coveredMs > 0 ? most : null,
  };
}
