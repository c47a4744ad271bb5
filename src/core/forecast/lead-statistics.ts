import type { RecentWindow } from './recent-window.ts';

/** How a series has moved so far over one lead (steps ahead). All are measured inside the window. */
export interface LeadStatistics {
  /** Mean size of the moves over the lead: the error of the naive forecast. */
  readonly move: number;
  /** The same over the newest moves only. */
  readonly recentMove: number;
  /** Errors of the mean of the last 3, 12 and 72 values as a forecast, relative to naive's. */
  readonly reversion3: number;
  readonly reversion12: number;
  readonly reversion72: number;
  /** Correlation of the moves with those of a day (a week) before, in [-1, 1]. */
  readonly dayCorrelation: number;
  readonly weekCorrelation: number;
}

/** Statistics are measured at these leads and interpolated between them, for they change slowly. */
const KNOTS: readonly number[] = [
  1, 2, 3, 4, 6, 8, 12, 18, 24, 36, 54, 72, 108, 144, 216, 288, 432, 576, 720,
];

const LONGEST_LEAD = KNOTS[KNOTS.length - 1]!;

/** Below this many moves a statistic is taken over from the knot before. */
const LEAST_MOVES = 12;
const NEWEST_MOVES = 72;
const REVERSION_MOVES = 576;
/** Means of so many values are tried as forecasts. */
const REVERSION_WIDTHS = [3, 12, 72] as const;

/** The statistics of a window at any lead; each knot is measured when it is first asked for. */
export function leadStatistics(
  window: RecentWindow,
  day: number | undefined,
): (lead: number) => LeadStatistics {
  const measured: (LeadStatistics | undefined)[] = [];
  const means = REVERSION_WIDTHS.map((width) => trailingMeans(window, width));
  const atKnot = (knot: number): LeadStatistics => {
    measured[knot] ??= measure(window, means, KNOTS[knot]!, day) ?? atKnot(knot - 1);
    return measured[knot];
  };
  return (lead) => {
    const above = KNOTS.findIndex((knot) => knot >= lead);
    if (above === -1) return atKnot(KNOTS.length - 1);
    if (KNOTS[above] === lead) return atKnot(above);
    const from = KNOTS[above - 1]!;
    return between(atKnot(above - 1), atKnot(above), (lead - from) / (KNOTS[above]! - from));
  };
}

/** Undefined where there are too few moves; the first knot always has an answer. */
function measure(
  window: RecentWindow,
  means: readonly Float64Array[],
  lead: number,
  day: number | undefined,
): LeadStatistics | undefined {
  const { values, length } = window;
  const { size: move, count } = meanMove(values, lead, lead);
  if (count < LEAST_MOVES && lead > 1) return undefined;
  const newest = meanMove(values, lead, Math.max(lead, length - NEWEST_MOVES));
  return {
    move,
    recentMove: newest.count > 0 ? newest.size : move,
    reversion3: reversion(values, means[0]!, lead, REVERSION_WIDTHS[0]),
    reversion12: reversion(values, means[1]!, lead, REVERSION_WIDTHS[1]),
    reversion72: reversion(values, means[2]!, lead, REVERSION_WIDTHS[2]),
    dayCorrelation: moveCorrelation(values, lead, day),
    weekCorrelation: moveCorrelation(values, lead, day === undefined ? day : 7 * day),
  };
}

function meanMove(values: Float64Array, lead: number, from: number) {
  let sum = 0;
  let count = 0;
  for (let i = from; i < values.length; i++) {
    const size = Math.abs(values[i]! - values[i - lead]!);
    if (Number.isNaN(size)) continue;
    sum += size;
    count++;
  }
  return { size: count > 0 ? sum / count : 0, count };
}

/** At each index from which a reversion may be measured the mean of the last `width` values. */
function trailingMeans({ length, mean }: RecentWindow, width: number): Float64Array {
  const means = new Float64Array(length);
  const first = Math.max(width, length - REVERSION_MOVES - LONGEST_LEAD);
  for (let i = first; i < length; i++) means[i] = mean(i + 1 - width, i + 1);
  return means;
}

function reversion(values: Float64Array, means: Float64Array, lead: number, width: number): number {
  const { length } = values;
  let ofMean = 0;
  let ofNaive = 0;
  let count = 0;
  for (let i = Math.max(length - REVERSION_MOVES, lead + width); i < length; i++) {
    const origin = i - lead;
    const value = values[i]!;
    const error = Math.abs(value - means[origin]!);
    const naive = Math.abs(value - values[origin]!);
    if (Number.isNaN(error + naive)) continue;
    ofMean += error;
    ofNaive += naive;
    count++;
  }
  if (count < LEAST_MOVES) return Number.NaN;
  return ofNaive > 0 ? ofMean / ofNaive : 1;
}

/** Without centring: moves of both signs about zero are what is compared. */
function moveCorrelation(values: Float64Array, lead: number, season: number | undefined): number {
  if (season === undefined) return Number.NaN;
  const lag = season * Math.ceil(lead / season);
  let both = 0;
  let own = 0;
  let earlier = 0;
  let count = 0;
  for (let i = lag + lead; i < values.length; i++) {
    const now = values[i]! - values[i - lead]!;
    const before = values[i - lag]! - values[i - lag - lead]!;
    if (Number.isNaN(now * before)) continue;
    both += now * before;
    own += now * now;
    earlier += before * before;
    count++;
  }
  if (count < LEAST_MOVES) return Number.NaN;
  return own > 0 && earlier > 0 ? both / Math.sqrt(own * earlier) : 0;
}

function between(a: LeadStatistics, b: LeadStatistics, share: number): LeadStatistics {
  const mix = (x: number, y: number) => x + (y - x) * share;
  return {
    move: mix(a.move, b.move),
    recentMove: mix(a.recentMove, b.recentMove),
    reversion3: mix(a.reversion3, b.reversion3),
    reversion12: mix(a.reversion12, b.reversion12),
    reversion72: mix(a.reversion72, b.reversion72),
    dayCorrelation: mix(a.dayCorrelation, b.dayCorrelation),
    weekCorrelation: mix(a.weekCorrelation, b.weekCorrelation),
  };
}
