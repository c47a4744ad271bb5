import { MAD_TO_SIGMA } from '../math/statistics.ts';
import type { Frame } from '../series/frame.ts';
import { metricDefinition } from '../series/metric-catalogue.ts';
import { HIGHEST_SCORE } from './assess.ts';
import type { Detection, MetricScores } from './detector.ts';
import { representable } from './reconstruction.ts';

/** The name of this detector. */
export const RECENT_LEVEL = 'recent-level';

/** Present points that a point is compared with: a day of 5-minute data. */
const WINDOW = 288;
/** Fewer points before it tell nothing. */
const LEAST_POINTS = 12;
/** A band is three median absolute deviations wide to each side. */
const SIGMAS_IN_BAND = 3 / MAD_TO_SIGMA;
/** Smallest sigma, as a share of the level: a constant that moves by 1 % has not become anomalous. */
const LEAST_SHARE = 0.01;
/** Smallest sigma of a metric with bounds, as a share of its range: for levels at 0. */
const LEAST_RANGE_SHARE = 0.001;

/**
 * Scores points that no model knows by the points before them alone: |value − median| / sigma over the
 * last 288 present points, from the 13th on. Sigma is 1.4826 × the median absolute deviation; the
 * standard deviation where more than half of the points are equal; at least 1 % of the level, and a
 * thousandth of the metric's range where it has one. Leaving a constant 0 without a range scores
 * `HIGHEST_SCORE`.
 *
 * The point itself is not part of what it is compared with, so that no number of points bounds its
 * score, and a shift does not hide itself at once: one of ten sigmas scores above 2.5 until a third of
 * the points before it have shifted too, or more. A season or a trend widens sigma; a counter that
 * starts again is a drop like any other (pass its rate). What is missing, infinite or beyond 32-bit
 * floats gets NaN and is passed over: a gap, however long, changes nothing.
 *
 * @param from - first row to score; the rows before it are compared with
 */
export function recentLevel(frame: Frame, from = 0): Detection {
  return new Map(
    [...frame.series].map(([metric, { values }]) => [metric, scoresOf(metric, values, from)]),
  );
}

function scoresOf(metric: string, values: Float64Array, from: number): MetricScores {
  const least = LEAST_RANGE_SHARE * rangeOf(metric);
  const rows = Math.max(0, values.length - from);
  const scores = new Float64Array(rows).fill(Number.NaN);
  const expected = scores.slice();
  const tolerance = scores.slice();
  const known = new Float64Array(values.length);
  const sorted = new Float64Array(WINDOW + 1);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.min(count, WINDOW);
    const value = representable(values[i]!);
    if (i >= from && size >= LEAST_POINTS) {
      const { centre, sigma } = levelOf(sorted, size, least);
      scores[i - from] = scoreOf(Math.abs(value - centre), sigma);
      expected[i - from] = centre;
      tolerance[i - from] = SIGMAS_IN_BAND * sigma;
    }
    if (Number.isNaN(value)) continue;
    insert(sorted, size, value);
    known[count++] = value;
    if (size === WINDOW) remove(sorted, WINDOW + 1, known[count - 1 - WINDOW]!);
  }
  return { scores, expected, tolerance, usual: new Float64Array(rows).fill(1) };
}

function scoreOf(deviation: number, sigma: number): number {
  if (deviation === 0) return 0;
  return sigma > 0 ? Math.min(deviation / sigma, HIGHEST_SCORE) : beyondConstant(deviation);
}

/** NaN stays NaN: a missing value has not left anything. */
function beyondConstant(deviation: number): number {
  return Number.isNaN(deviation) ? deviation : HIGHEST_SCORE;
}

/** Of the first `size` values. */
function levelOf(
  sorted: Float64Array,
  size: number,
  least: number,
): { centre: number; sigma: number } {
  const centre = middle(size, (rank) => sorted[rank]!);
  const mad = middle(size, (rank) => nearestDistance(sorted, size, centre, rank));
  const spread = mad > 0 ? MAD_TO_SIGMA * mad : deviationAbout(sorted.subarray(0, size), centre);
  return { centre, sigma: Math.max(spread, LEAST_SHARE * Math.abs(centre), least) };
}

/** The median of `count` numbers of which `at` gives the one of each rank, from 0. */
function middle(count: number, at: (rank: number) => number): number {
  const upper = at(count >> 1);
  return count % 2 === 1 ? upper : (at((count >> 1) - 1) + upper) / 2;
}

/**
 * The distance from `centre` of the value that only `rank` others are nearer to: the nearest
 * `rank + 1` of ascending values lie side by side, and where they begin is found by bisection.
 */
function nearestDistance(sorted: Float64Array, size: number, centre: number, rank: number): number {
  let low = 0;
  let high = size - 1 - rank;
  while (low < high) {
    const start = (low + high) >> 1;
    if (centre - sorted[start]! > sorted[start + rank + 1]! - centre) low = start + 1;
    else high = start;
  }
  return Math.max(centre - sorted[low]!, sorted[low + rank]! - centre);
}

/** The root of the mean squared distance from `centre`. */
function deviationAbout(sorted: Float64Array, centre: number): number {
  if (sorted[0] === sorted[sorted.length - 1]) return 0;
  let squares = 0;
  for (let i = 0; i < sorted.length; i++) squares += (sorted[i]! - centre) ** 2;
  return Math.sqrt(squares / sorted.length);
}

function rangeOf(metric: string): number {
  const { minimum, maximum } = metricDefinition(metric);
  const range = maximum - minimum;
  return Number.isFinite(range) ? range : 0;
}

function insert(sorted: Float64Array, size: number, value: number): void {
  const at = firstFrom(sorted, size, value);
  sorted.copyWithin(at + 1, at, size);
  sorted[at] = value;
}

function remove(sorted: Float64Array, size: number, value: number): void {
  const at = firstFrom(sorted, size, value);
  sorted.copyWithin(at, at + 1, size);
}

/** The index of the first of `size` ascending values that is not below `value`. */
function firstFrom(sorted: Float64Array, size: number, value: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const centre = (low + high) >> 1;
    if (sorted[centre]! < value) low = centre + 1;
    else high = centre;
  }
  return low;
}
