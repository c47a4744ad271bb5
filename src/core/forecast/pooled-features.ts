import { mean } from '../math/statistics.ts';
import { type DurationMs, stepsPerDay } from '../time.ts';
import { leadStatistics } from './lead-statistics.ts';
import { type RecentWindow, recentWindow } from './recent-window.ts';

const LAGS = [1, 2, 3, 6, 12] as const;
const MEANS = [3, 6, 12, 36, 72, 288] as const;
const DEVIATIONS = [6, 12, 36, 288] as const;

/** What the pooled model knows of a series and a lead, in the order of its columns. */
export const FEATURE_NAMES = [
  // Where the series is now.
  ...LAGS.map((steps) => `lag_${steps}`),
  ...MEANS.map((steps) => `mean_${steps}`),
  ...DEVIATIONS.map((steps) => `deviation_${steps}`),
  'day_error',
  // Where earlier days and weeks were at the time to forecast.
  'day',
  'day_move',
  'day_smooth',
  'day_smooth_move',
  'day_profile',
  'day_profile_move',
  'day_profile_spread',
  'week',
  'week_move',
  // Of what kind it is: these are not divided by the scale.
  'lead',
  'roughness',
  'unrest',
  'reversion_3',
  'reversion_12',
  'reversion_72',
  'persistence',
  'day_correlation',
  'week_correlation',
] as const;

/** The features of one series at one moment, for any lead. */
export interface PooledFeatures {
  /** The value the forecasts start from. */
  readonly last: number;
  /**
   * The size of an ordinary move over `lead` steps, in the series' unit: the mean move seen, plus a
   * tenth of the mean one-step move so that a quiet lead does not blow up. 0 for a constant.
   */
  scale(lead: number): number;
  /**
   * Writes the features for `lead` into `row` from `at` on, in the order of `FEATURE_NAMES`.
   * @returns `scale(lead)`
   */
  write(lead: number, row: Float32Array, at?: number): number;
}

/** Eight days of five minutes: what the profile needs, and as much as a state should carry. */
const MOST_STEPS = 2_304;
/** Enough for the longest rolling mean and the reversions. */
const LEAST_STEPS = 576;
const WEEKS = 5;

const PERSISTENCE_MOVES = 576;
const PROFILE_DAYS = 7;
const PROFILE_DECAY = 0.8;
/** A slot is averaged with this share of a day on either side: 15 minutes. */
const SMOOTHING_SHARE = 1 / 96;
/** As in the measure that forecasts are scored by: a tenth of the one-step moves. */
const SCALE_FLOOR = 0.1;

/** How many of the newest values the features look at on this grid. */
export function windowSteps(step: DurationMs): number {
  const day = usableDay(step);
  if (day === undefined) return LEAST_STEPS;
  return Math.min(MOST_STEPS, Math.max(LEAST_STEPS, WEEKS * 7 * day));
}

/** Steps in a day where a day can be a season: two steps or more and inside the window. */
export function usableDay(step: DurationMs): number | undefined {
  const day = stepsPerDay(step);
  return day !== undefined && day >= 2 && day < MOST_STEPS ? day : undefined;
}

/**
 * Describes where a series stands, without its level and its scale, so that one model can serve
 * all: every value is taken minus the last one and divided by `scale(lead)`.
 *
 * Beside the values themselves (lags, rolling means and deviations, the same slot of the days and
 * the week before, their moves over the same lead) the features say how well such forecasts have
 * served this series: `reversion_w` is the error of the last `w` values' mean relative to naive,
 * `day_error` that of yesterday, the correlations say how alike the days (weeks) move, `persistence`
 * how alike consecutive moves are. What is not known yet is NaN.
 *
 * @param recent - up to `windowSteps(step)` newest values, the last one present; nothing after the
 *   cutoff
 * @param day - steps in a day; without it everything of days and weeks is NaN
 */
export function pooledFeatures(recent: Float64Array, day: number | undefined): PooledFeatures {
  const window = recentWindow(recent);
  const statisticsAt = leadStatistics(window, day);
  const stepMove = statisticsAt(1).move;
  const now = movesNow(window, day);
  const persistence = persistenceOf(window);
  const seasonal = seasonalMoves(window, day);
  return {
    last: window.last,
    scale: (lead) => statisticsAt(lead).move + SCALE_FLOOR * stepMove,
    write(lead, row, at = 0) {
      const statistics = statisticsAt(lead);
      const scale = statistics.move + SCALE_FLOOR * stepMove;
      const unit = scale || 1;
      let column = at;
      for (const move of now) row[column++] = move / unit;
      for (const move of seasonal(lead)) row[column++] = move / unit;
      row[column++] = Math.log2(lead);
      row[column++] = stepMove / unit;
      row[column++] = statistics.recentMove / unit;
      row[column++] = statistics.reversion3;
      row[column++] = statistics.reversion12;
      row[column++] = statistics.reversion72;
      row[column++] = persistence;
      row[column++] = statistics.dayCorrelation;
      row[column++] = statistics.weekCorrelation;
      return scale;
    },
  };
}

/** `lag_1` to `day_error`, in the unit of the series. */
function movesNow(window: RecentWindow, day: number | undefined): readonly number[] {
  const { length, values } = window;
  return [
    ...LAGS.map((steps) => values[length - 1 - steps] ?? Number.NaN),
    ...MEANS.map((steps) => window.mean(length - steps, length)),
    ...DEVIATIONS.map((steps) => window.deviation(length - steps, length)),
    day === undefined ? Number.NaN : meanMoveOver(values, day, length - 2 * day),
  ];
}

/** `day` to `week_move` at any lead, in the unit of the series. */
function seasonalMoves(
  window: RecentWindow,
  day: number | undefined,
): (lead: number) => readonly number[] {
  if (day === undefined) return () => NO_SEASON;
  const { values, length } = window;
  const week = 7 * day;
  const reach = Math.max(1, Math.floor(day * SMOOTHING_SHARE));
  const smooth = (at: number) => window.mean(at - reach, Math.min(length, at + reach + 1));
  const profileNow = profileAt(window, day, length - 1 - day).mean;
  return (lead) => {
    const yesterday = length - 1 + lead - day * Math.ceil(lead / day);
    const lastWeek = length - 1 + lead - week * Math.ceil(lead / week);
    const exact = values[yesterday] ?? Number.NaN;
    const smoothed = smooth(yesterday);
    const weekly = smooth(lastWeek);
    const profile = profileAt(window, day, yesterday);
    return [
      exact,
      exact - (values[yesterday - lead] ?? Number.NaN),
      smoothed,
      smoothed - smooth(yesterday - lead),
      profile.mean,
      profile.mean - profileNow,
      profile.spread,
      weekly,
      weekly - smooth(lastWeek - lead),
    ];
  };
}

const NO_SEASON: readonly number[] = Array.from({ length: 9 }, () => Number.NaN);

/** The same slot of up to seven days, `newest` the latest of them; newer days weigh more. */
function profileAt({ mean, length }: RecentWindow, day: number, newest: number) {
  const reach = day * SMOOTHING_SHARE >= 1 ? 1 : 0;
  let weights = 0;
  let sum = 0;
  let squares = 0;
  let weight = 1;
  let days = 0;
  for (let i = 0; i < PROFILE_DAYS; i++, weight *= PROFILE_DECAY) {
    const at = newest - i * day;
    const value = mean(at - reach, Math.min(length, at + reach + 1));
    if (Number.isNaN(value)) continue;
    weights += weight;
    sum += weight * value;
    squares += weight * value * value;
    days++;
  }
  if (days < 2) return { mean: Number.NaN, spread: Number.NaN };
  const centre = sum / weights;
  return { mean: centre, spread: Math.sqrt(Math.max(0, squares / weights - centre * centre)) };
}

/** Mean size of the moves over `lag` steps that end at index `from` or later. */
function meanMoveOver(values: Float64Array, lag: number, from: number): number {
  const sizes: number[] = [];
  for (let i = Math.max(lag, from); i < values.length; i++) {
    sizes.push(Math.abs(values[i]! - values[i - lag]!));
  }
  return mean(sizes);
}

/** Correlation of each one-step move with the one before: below zero for noise about a level. */
function persistenceOf({ values, length }: RecentWindow): number {
  let both = 0;
  let squares = 0;
  for (let i = Math.max(2, length - PERSISTENCE_MOVES); i < length; i++) {
    const move = values[i]! - values[i - 1]!;
    const before = values[i - 1]! - values[i - 2]!;
    if (Number.isNaN(move + before)) continue;
    both += move * before;
    squares += (move * move + before * before) / 2;
  }
  return squares > 0 ? both / squares : 0;
}
