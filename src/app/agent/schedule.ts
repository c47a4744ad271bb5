import { type DurationMs, type EpochMs, epochMs } from '#core/time.ts';

/** A source is read this far into its slot at least, and this far before its end: timers are not exact. */
const EDGE = 0.1;

/**
 * When a source is read next: once in each slot of its interval, always at the same place of it, so that
 * no slot stays empty and none gets two values. A clock that was set back does not make it wait, one that
 * was set forward does not make it hurry.
 *
 * @param last - when it was read last, by the clock as it was then
 * @param phase - place in the slot, in [0, 1); another for each source, so that not all come at once
 * @example
 * ```ts
 * nextDue(60_000, undefined, 15_000, 0); // => 61500
 * nextDue(60_000, 60_000, 15_000, 0); // => 76500
 * nextDue(61_499, 61_500, 15_000, 0); // => 76500
 * ```
 */
export function nextDue(
  now: number,
  last: number | undefined,
  interval: number,
  phase: number,
): number {
  // Whole milliseconds: a fraction that is rounded would skip a slot.
  const place = Math.round(interval * (EDGE + phase * (1 - 2 * EDGE)));
  const ahead = Math.floor((now - place) / interval) + 1;
  const isOfThisClock = last !== undefined && last - now <= interval;
  const slot = isOfThisClock ? Math.max(ahead, Math.floor(last / interval) + 1) : ahead;
  return slot * interval + place;
}

/** A place in the slot that a name always gets, in [0, 1) (FNV-1a; Fowler, Noll, Vo 1991). */
export function phaseOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash / 2 ** 32;
}

/**
 * What is read of a source with a past: from where the last read ended, but not further back than
 * `catchUp`. A cursor ahead of the clock was set while the clock was wrong: how much of the past was
 * read by then nobody knows, so all of `catchUp` is read again, and stored once all the same.
 */
export function rangeToRead(
  now: EpochMs,
  cursor: number | undefined,
  interval: DurationMs,
  catchUp: DurationMs,
): { readonly from: EpochMs; readonly to: EpochMs } {
  const oldest = now - Math.max(catchUp, interval);
  const isAhead = cursor !== undefined && cursor > now;
  const from = isAhead ? oldest : Math.max(cursor ?? now - interval, oldest);
  return { from: epochMs(from), to: now };
}
