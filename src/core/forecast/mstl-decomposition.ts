import { stl } from './stl.ts';

/** One season of a series: as long as the series, in its unit, about 0. */
export interface SeasonalComponent {
  readonly seasonLength: number;
  /** Cycles that a slot was smoothed over. */
  readonly seasonWindow: number;
  readonly seasonal: Float64Array;
}

/** A series as the sum of several seasons, a trend and a remainder. */
export interface MstlComponents {
  /** The shortest first. */
  readonly seasons: readonly SeasonalComponent[];
  readonly trend: Float64Array;
  readonly remainder: Float64Array;
}

/** Rounds over the seasons: each is estimated again without what the others have become. */
const ROUNDS = 2;

/** Cycles that the shortest season is smoothed over, and how many more each longer one. */
const FIRST_WINDOW = 11;
const WINDOW_GROWTH = 4;

/**
 * Multiple seasonal-trend decomposition by loess (Bandara, Hyndman & Bergmeir 2021, "MSTL: a
 * seasonal-trend decomposition algorithm for time series with multiple seasonal patterns"): `stl`
 * for one season after the other, the shortest first, twice. The same windows as R's
 * `forecast::mstl`.
 *
 * @param values - none missing
 * @param seasonLengths - those without more than two full cycles are left out
 * @param checkpoint - called before each of the fits
 */
export function decompose(
  values: Float64Array,
  seasonLengths: readonly number[],
  checkpoint?: () => void,
): MstlComponents {
  const usable = [...new Set(seasonLengths)]
    .filter((seasonLength) => seasonLength > 1 && values.length > 2 * seasonLength)
    .sort((a, b) => a - b);
  const seasons = usable.map((seasonLength, i) => ({
    seasonLength,
    seasonWindow: FIRST_WINDOW + WINDOW_GROWTH * i,
    seasonal: new Float64Array(values.length) as Float64Array,
  }));
  const rest = values.slice();
  let trend: Float64Array = new Float64Array(values.length);
  for (let round = 0; round < (seasons.length > 1 ? ROUNDS : 1); round++) {
    for (const season of seasons) {
      checkpoint?.();
      for (let i = 0; i < rest.length; i++) rest[i]! += season.seasonal[i]!;
      ({ seasonal: season.seasonal, trend } = stl(rest, season));
      for (let i = 0; i < rest.length; i++) rest[i]! -= season.seasonal[i]!;
    }
  }
  const remainder = rest.map((value, i) => value - trend[i]!);
  return { seasons, trend, remainder };
}
