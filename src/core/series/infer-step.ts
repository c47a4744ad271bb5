import { median } from '../math/statistics.ts';
import { DEFAULT_STEP, type DurationMs, durationMs, SECOND } from '../time.ts';

/**
 * The step that irregular times are about: the median distance between times that follow each other,
 * in whole seconds, at least one. Order and repeats do not matter.
 *
 * @returns undefined with fewer than two times
 * @example
 * ```ts
 * typicalStep([0, 300_000, 599_000, 1_200_000]); // => 300000
 * ```
 */
export function typicalStep(times: ArrayLike<number>): DurationMs | undefined {
  const ordered = Float64Array.from(times).sort();
  const distances = ordered
    .map((at, i) => (i === 0 ? 0 : at - ordered[i - 1]!))
    .filter((distance) => distance > 0);
  if (distances.length === 0) return undefined;
  return durationMs(Math.max(1, Math.round(median(distances) / SECOND)) * SECOND);
}

/** The finest typical step of several series; 5 minutes where no two times tell. */
export function finestStep(series: Iterable<ArrayLike<number>>): DurationMs {
  let finest = Infinity;
  for (const times of series) finest = Math.min(finest, typicalStep(times) ?? Infinity);
  return finest === Infinity ? DEFAULT_STEP : durationMs(finest);
}
