import type { IssuedForecast } from '#contracts/http/catalog.ts';

/**
 * Fewer values of a path for a small chart: each stands for as many neighbours as it takes, by the
 * greatest of them, so that no peak is lost. NaN where all of them are missing.
 *
 * @returns the values, and how many neighbours each stands for
 * @example
 * ```ts
 * thinned([1, 5, 2, Number.NaN, 3], 3); // => { every: 2, values: [5, 2, 3] }
 * ```
 */
export function thinned(
  values: ArrayLike<number>,
  most: number,
): { readonly every: number; readonly values: readonly number[] } {
  const every = Math.max(1, Math.ceil(values.length / most));
  const kept = Array.from({ length: Math.ceil(values.length / every) }, (_, group) => {
    let greatest = Number.NaN;
    for (let i = group * every; i < Math.min((group + 1) * every, values.length); i++) {
      const value = values[i] ?? Number.NaN;
      if (!(value <= greatest)) greatest = Number.isNaN(value) ? greatest : value;
    }
    return greatest;
  });
  return { every, values: kept };
}

/** A forecast of fewer steps; its bounds are thinned as its values are. */
export function thinnedForecast(forecast: IssuedForecast, most: number): IssuedForecast {
  const { every, values } = thinned(forecast.values, most);
  const bounds = (path: readonly number[] | null) => path && [...thinned(path, most).values];
  return {
    ...forecast,
    step_seconds: forecast.step_seconds * every,
    values: [...values],
    lower_bounds: bounds(forecast.lower_bounds),
    upper_bounds: bounds(forecast.upper_bounds),
  };
}
