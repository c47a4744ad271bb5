import type { Frame } from '#core/series/frame.ts';
import type { DurationMs, EpochMs } from '#core/time.ts';

/** A frame in which nothing was observed. */
export function emptyFrame(start: EpochMs, step: DurationMs): Frame {
  return { start, step, length: 0, series: new Map() };
}
