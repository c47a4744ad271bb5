import { type EpochMs, epochMs } from '../time.ts';
import type { MergeResult, Observation } from './observation.ts';

/**
 * What one slot of one metric and source holds.
 *
 * It is a join of two semilattices: the greatest (`asOf`, `value`) and the earliest `firstSeen`.
 * Joins are commutative, associative and idempotent, so any order, any batches and any
 * duplicates of the same deliveries end in the same register (Shapiro et al. 2011, state-based
 * CRDTs).
 */
export interface SlotRegister {
  readonly value: number;
  readonly asOf: EpochMs;
  readonly firstSeen: EpochMs;
}

/** Digits of a stored value: more than any source measures, few enough to keep items small. */
export const STORED_DIGITS = 7;

/**
 * A value as it is stored: rounded to 7 significant digits, and never -0.
 *
 * @example
 * ```ts
 * storedValue(1234567.89); // => 1234568
 * ```
 * @throws {RangeError} when `value` is not finite
 */
export function storedValue(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`a stored value is finite, got ${value}`);
  return Number(value.toPrecision(STORED_DIGITS));
}

/** The register that a single delivery makes. Times become whole milliseconds. */
export function registerOf(observation: Observation, seenAt: EpochMs): SlotRegister {
  return {
    value: observation.counter ? exactValue(observation.value) : storedValue(observation.value),
    asOf: wholeMs(observation.asOf),
    firstSeen: wholeMs(seenAt),
  };
}

/**
 * Joins a delivery into what is stored.
 *
 * @returns `stored` itself when nothing changes. The result speaks of the value only: a duplicate
 * or superseded delivery may still move `firstSeen` to an earlier time. A later `asOf` with the
 * same value is `accepted`, for the store has learned that the value still holds.
 */
export function mergeRegister(
  stored: SlotRegister | undefined,
  incoming: SlotRegister,
): { readonly register: SlotRegister; readonly result: MergeResult } {
  if (stored === undefined) return { register: incoming, result: 'accepted' };
  const order = incoming.asOf - stored.asOf || incoming.value - stored.value;
  const result = order > 0 ? 'accepted' : order === 0 ? 'duplicate' : 'superseded';
  if (result !== 'accepted' && incoming.firstSeen >= stored.firstSeen) {
    return { register: stored, result };
  }
  const { value, asOf } = result === 'accepted' ? incoming : stored;
  const firstSeen = epochMs(Math.min(incoming.firstSeen, stored.firstSeen));
  return { register: { value, asOf, firstSeen }, result };
}

/** A running total as it is stored: unrounded, and never -0. */
function exactValue(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`a stored value is finite, got ${value}`);
  return value + 0;
}

function wholeMs(at: EpochMs): EpochMs {
  return epochMs(Math.round(at));
}
