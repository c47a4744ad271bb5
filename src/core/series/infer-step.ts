import { median } from '../math/statistics.ts';
import { DEFAULT_STEP, type DurationMs, durationMs, SECOND } from '../time.ts';

/**
 * The median distance between times that follow each other, rounded to whole seconds. Order and
 * repeats do not matter.
 *
 * @returns undefined with fewer than two times
 */
export function secondsApart(times: ArrayLike<number>): number | undefined {
  const ordered = Float64Array.from(times).sort();
  const distances = new Float64Array(ordered.length);
  let count = 0;
  for (let i = 1; i < ordered.length; i++) {
    const distance = ordered[i]! - ordered[i - 1]!;
    if (distance > 0) distances[count++] = distance;
  }
  return count === 0 ? undefined : Math.round(median(distances.subarray(0, count)) / SECOND);
}

/**
 * The step that irregular times are about: as they are apart, at least a second.
 *
 * @returns undefined with fewer than two times
 * @example
 * ```ts
 * typicalStep([0, 300_000, 599_000, 1_200_000]); // => 300000
 * ```
 */
export function typicalStep(times: ArrayLike<number>): DurationMs | undefined {
  const seconds = secondsApart(times);
  return seconds === undefined ? undefined : durationMs(Math.max(1, seconds) * SECOND);
}

/** The finest typical step of several series; 5 minutes where no two times tell. */
export function finestStep(series: Iterable<ArrayLike<number>>): DurationMs {
  let finest = Infinity;
  for (const times of series) finest = Math.min(finest, typicalStep(times) ?? Infinity);
  return finest === Infinity ? DEFAULT_STEP : durationMs(finest);
}
