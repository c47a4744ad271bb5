import type { UsageSlot } from './usage.ts';

/** How much of what is allocated was used: 1 is all of it. */
export interface ResourceUse {
  readonly mean: number;
  /** Used or less in 95 % of the time; of older days only hourly means are known. */
  readonly p95: number;
}

/**
 * The use of a resource over time, each slot weighted by its length.
 *
 * @param slots - with what was used in place of replicas
 * @param allocated - in the same unit, above 0
 * @returns null when nothing was observed
 * @example
 * ```ts
 * const slot = (used: number, minutes: number) => ({
 *   at: epochMs(0),
 *   length: durationMs(minutes * 60_000),
 *   replicas: used,
 *   most: used,
 * });
 * resourceUseOf([slot(1, 45), slot(3, 15)], 2); // => { mean: 0.75, p95: 1.5 }
 * ```
 */
export function resourceUseOf(slots: readonly UsageSlot[], allocated: number): ResourceUse | null {
  const known = slots
    .filter(({ replicas: used, length }) => Number.isFinite(used) && length > 0)
    .sort((a, b) => a.replicas - b.replicas);
  const time = known.reduce((sum, { length }) => sum + length, 0);
  if (time === 0) return null;
  const used = known.reduce((sum, slot) => sum + slot.replicas * slot.length, 0);
  let passed = 0;
  const high = known.find(({ length }) => {
    passed += length;
    return passed >= 0.95 * time;
  });
  return { mean: used / time / allocated, p95: (high?.replicas ?? 0) / allocated };
}
