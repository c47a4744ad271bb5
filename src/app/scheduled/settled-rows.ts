import type { Frame } from '#core/series/frame.ts';
import { addMs, type EpochMs } from '#core/time.ts';

/** Slots that a slot waits for its last values. */
const PATIENCE = 3;
/** A metric that had a value in this many slots before is waited for. */
const EXPECTED_WITHIN = 12;

/**
 * Where the rows of a frame end that will not change any more, as far as scoring is concerned: the
 * first row from `from` on that still lacks a metric which had a value shortly before, unless three
 * slots have passed since. What comes later than that is stored, but not scored.
 *
 * @param now - slots that end after it are not looked at
 * @returns a row from `from` to `frame.length`: the first that is not settled
 */
export function settledRows(frame: Frame, from: number, now: EpochMs): number {
  const { start, step, length } = frame;
  for (let row = from; row < length; row++) {
    const isPatient = addMs(start, step, row + 1 + PATIENCE) > now;
    if (isPatient && !isComplete(frame, row)) return row;
  }
  return length;
}

function isComplete(frame: Frame, row: number): boolean {
  for (const { values } of frame.series.values()) {
    if (!Number.isNaN(values[row]!)) continue;
    for (let i = Math.max(0, row - EXPECTED_WITHIN); i < row; i++) {
      if (!Number.isNaN(values[i]!)) return false;
    }
  }
  return true;
}
