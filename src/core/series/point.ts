import type { EpochMs } from '../time.ts';

/** One value at one moment, before it lies on a grid. Any order, repeats allowed. */
export interface Point {
  readonly at: EpochMs;
  readonly value: number;
}

/**
 * The points that have a value, ascending in time and, at one time, in value. The order is a
 * function of the set alone, so what is computed along it does not depend on the order of delivery,
 * not even in the last bit of a sum.
 */
export function orderedPresent(points: readonly Point[]): readonly Point[] {
  // NaN has to go first: it compares as equal to everything and would leave the rest half sorted.
  return points
    .filter(({ value }) => !Number.isNaN(value))
    .sort((left, right) => left.at - right.at || left.value - right.value);
}

/** How many points repeat a time that another point has already. */
export function countDuplicates(points: readonly Point[]): number {
  return points.length - new Set(points.map(({ at }) => at)).size;
}
