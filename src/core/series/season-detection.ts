import { present, quantileOfSorted } from '../math/statistics.ts';
import { type Variogram, variogram } from '../math/variogram.ts';
import { type Dip, dipAt, dipsOf, sharpened } from '../math/variogram-dips.ts';
import { DAY, HOUR, stepsPerDay, WEEK } from '../time.ts';
import type { Series } from './series.ts';

/** A cycle found in a series. */
export interface DetectedSeason {
  /** Steps in one cycle. */
  readonly seasonLength: number;
  /**
   * Share of the variance within a cycle that repeats, 0 to 1. For a season made of shorter ones, as
   * a week is of days, the share of what those leave.
   */
  readonly strength: number;
}

/** The answer of `detectSeasons`. No season is an answer. */
export interface SeasonDetection {
  /** Shortest first; empty when no seasonality was found. */
  readonly seasons: readonly DetectedSeason[];
}

export interface SeasonDetectionOptions {
  /** Weaker seasons are not reported, in (0, 1). */
  readonly minStrength?: number;
  /** Longest cycle looked for, in steps, 2 or more; a week of minutes unless told. */
  readonly maxSeasonLength?: number;
}

/** Cycles that people and machines live by. */
const CALENDAR: readonly number[] = [1, 2, 3, 4, 6, 8, 12]
  .map((hours) => hours * HOUR)
  .concat(DAY, WEEK);

const CYCLES_NEEDED = 2;
/** A cycle that no calendar explains must have come back once more. */
const FREE_CYCLES_NEEDED = 3;
/** Standard errors that a variogram must dip by, in logarithms. The calendar is a reason to believe. */
const CALENDAR_ERRORS = 2.5;
const FREE_ERRORS = 3;
/** The newest values that are read: two weeks of minutes, ten of five minutes. */
const VALUES_READ = 20_160;
/** Share of the values at either end that is clipped, so that a spike does not drown a cycle. */
const CLIPPED = 0.001;
/** A dip this near to a cycle of the calendar or a multiple of one found, relative to it, is that. */
const SNAP = 0.02;

/**
 * Finds the cycles that repeat in a series, so that nobody has to know them.
 *
 * A cycle of p steps shows in the variogram `γ(k)`, half the mean squared difference of values k steps
 * apart (`variogram`), as a dip at p. Its strength is how deep: `1 − γ(p) / mean γ(k)` over one whole
 * cycle of k around p, which for a season plus white noise is the season's share of the variance. A
 * level that wanders makes γ grow with k but dents it nowhere; a trend and gaps leave the dip too.
 * A multiple of a cycle already found must repeat better than the other multiples of it. A cycle that
 * is not of the calendar must dip at 2p as well where the history reaches that far.
 *
 * Reported is what is stronger than `minStrength` and dips by more than two and a half standard errors
 * (three when the calendar has no such cycle), after two full cycles (three). The test leans to
 * "none": a weak or young season may be missed, noise and random walks rarely pass for one.
 *
 * @example
 * ```ts
 * const values = Array.from({ length: 96 }, (_, i) => (i % 24 < 8 ? 1 : 3));
 * const hourly = makeSeries({ id: 'a', unit: 'count', start: epochMs(0), step: HOUR, values });
 * detectSeasons(hourly); // => { seasons: [{ seasonLength: 24, strength: 1 }] }
 * detectSeasons(sliceSeries(hourly, 0, 24)); // => { seasons: [] }
 * ```
 */
export function detectSeasons(
  series: Series,
  options: SeasonDetectionOptions = {},
): SeasonDetection {
  const { minStrength = 0.1, maxSeasonLength = 10_080 } = options;
  if (!(minStrength > 0 && minStrength < 1) || !(maxSeasonLength >= 2)) {
    throw new RangeError(
      `minStrength lies in (0, 1) and maxSeasonLength is 2 or more, got ${minStrength} and ${maxSeasonLength}`,
    );
  }
  const values = clipped(series.values.subarray(-VALUES_READ));
  const longest = Math.min(maxSeasonLength, Math.floor(values.length / CYCLES_NEEDED));
  // Twice the longest cycle and half of one more: for a third of the history, five sixths of it.
  const reach = Math.floor(Math.min(2.5 * longest, (2.5 * values.length) / FREE_CYCLES_NEEDED));
  if (reach < 2) return { seasons: [] };
  const gamma = variogram(values, reach);
  const calendar = CALENDAR.map((length) => length / series.step).filter(
    (steps) => Number.isInteger(steps) && steps >= 2 && steps <= longest,
  );
  const found: DetectedSeason[] = [];
  for (const dip of dipsOf(gamma, longest)) {
    const shorter = found.map((season) => season.seasonLength);
    const seasonLength = lengthMeant(gamma, dip, calendar, shorter);
    const isCalendar = calendar.includes(seasonLength);
    const cyclesNeeded = isCalendar ? CYCLES_NEEDED : FREE_CYCLES_NEEDED;
    if (seasonLength > Math.min(longest, values.length / cyclesNeeded)) continue;
    if (shorter.some((length) => length >= seasonLength)) continue;
    // Five days in a row are no season, even where the day itself is too weak to be one.
    const days = isCalendar ? [] : [stepsPerDay(series.step) ?? 1];
    const { strength, standardError } = weakest(
      gamma,
      seasonLength,
      [shorter, days],
      cyclesNeeded - 1,
    );
    const errors = isCalendar ? CALENDAR_ERRORS : FREE_ERRORS;
    if (strength >= minStrength && -Math.log1p(-strength) >= errors * standardError) {
      found.push({ seasonLength, strength });
    }
  }
  return { seasons: found };
}

/** The cycle that a dip stands for: one of the calendar, a multiple of a shorter one, or its own. */
function lengthMeant(
  gamma: Variogram,
  dip: number,
  calendar: readonly number[],
  shorter: readonly number[],
): number {
  const near = calendar.find((length) => Math.abs(length - dip) <= tolerance(length));
  if (near !== undefined) return near;
  const part = partOf(dip, shorter);
  return part > 1 ? Math.round(dip / part) * part : sharpened(gamma, dip, tolerance(dip));
}

/** What repeats beyond the parts of a cycle, whichever of the sets of parts leaves the least. */
function weakest(
  gamma: Variogram,
  length: number,
  partSets: readonly (readonly number[])[],
  repeats: number,
): Dip {
  const dips = partSets.map((parts) => dipAt(gamma, length, partOf(length, parts), repeats));
  return dips.reduce((least, dip) => (dip.strength < least.strength ? dip : least));
}

/** The longest of `lengths` that `length` is a multiple of, or as good as; 1 when there is none. */
function partOf(length: number, lengths: readonly number[]): number {
  const parts = lengths.filter((part) => {
    const off = Math.abs(length - Math.round(length / part) * part);
    return length >= 2 * part - 1 && off <= Math.min(tolerance(length), part / 8);
  });
  return Math.max(1, ...parts);
}

/** One step from a day of hours on: noise moves the bottom of a wide dip. */
function tolerance(length: number): number {
  return length < 24 ? 0 : Math.max(1, length * SNAP);
}

function clipped(values: Float64Array): Float64Array {
  const sorted = present(values).sort();
  const low = quantileOfSorted(sorted, CLIPPED);
  const high = quantileOfSorted(sorted, 1 - CLIPPED);
  return values.map((value) => Math.min(high, Math.max(low, value)));
}
