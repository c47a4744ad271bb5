import { addMs, type DurationMs, type EpochMs, floorTo } from '../time.ts';

/** Regularly spaced slots: slot `i` is the time from `start + i * step` up to, not including, the next. */
export interface Grid {
  readonly start: EpochMs;
  readonly step: DurationMs;
  /** Number of slots. */
  readonly length: number;
}

/**
 * The smallest grid anchored at the epoch (so in UTC) whose slots hold all of the range
 * `from <= t < to`. The first and the last slot may reach beyond it: who must not see a slot that is
 * still filling ends the range at a grid point. No slots when `to` is not after `from`.
 *
 * @throws {RangeError} when `step` is not positive
 */
export function gridCovering(
  range: { readonly from: EpochMs; readonly to: EpochMs },
  step: DurationMs,
): Grid {
  if (!(step > 0)) throw new RangeError(`a step must be positive, got ${step}`);
  const start = floorTo(range.from, step);
  const length = range.to > range.from ? Math.ceil((range.to - start) / step) : 0;
  return { start, step, length };
}

/** The slot that `at` falls into, or undefined when it is outside the grid. */
export function slotOf(grid: Grid, at: EpochMs): number | undefined {
  const slot = Math.floor((at - grid.start) / grid.step);
  return slot >= 0 && slot < grid.length ? slot : undefined;
}

/** When slot `slot` starts, which is the time a series gives to its value. */
export function slotStart(grid: Grid, slot: number): EpochMs {
  return addMs(grid.start, grid.step, slot);
}
