import { type Grid, slotOf } from './grid.ts';
import type { ResampleRule } from './metric-catalogue.ts';
import { orderedPresent, type Point } from './point.ts';

/**
 * Puts irregular points on a grid, one value per slot. This is the one place where it happens.
 *
 * A point at time t belongs to slot ⌊(t − start) / step⌋. A slot without points is NaN: a gap is
 * missing, never zero and never interpolated. Points that are NaN or outside the grid are passed
 * over; infinite ones are kept for `assessQuality` to count. Order does not matter: `last` takes the
 * latest point of the slot, and of several at that time the greatest.
 *
 * @returns `grid.length` values, in the unit of the points (for `sum`, per step)
 */
export function resample(points: readonly Point[], grid: Grid, rule: ResampleRule): Float64Array {
  const values = new Float64Array(grid.length).fill(Number.NaN);
  const counts = new Uint32Array(grid.length);
  for (const { at, value } of orderedPresent(points)) {
    const slot = slotOf(grid, at);
    if (slot === undefined) continue;
    // `+ 0` turns −0 into 0, which the order of equal points could otherwise decide between.
    values[slot] = (counts[slot] === 0 ? value : combine(rule, values[slot]!, value)) + 0;
    counts[slot]!++;
  }
  if (rule === 'mean') for (let i = 0; i < values.length; i++) values[i]! /= counts[i]!;
  return values;
}

function combine(rule: ResampleRule, earlier: number, later: number): number {
  switch (rule) {
    case 'mean':
    case 'sum':
      return earlier + later;
    case 'max':
      return Math.max(earlier, later);
    case 'last':
      return later;
  }
}
