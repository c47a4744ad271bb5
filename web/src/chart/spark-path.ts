import type { Points } from './chart-model.ts';

/** The size of a sparkline, in its own units. */
export interface SparkBox {
  readonly width: number;
  readonly height: number;
  readonly padding: number;
}

/** What a sparkline shows; all on one pair of axes. */
export interface SparkParts {
  readonly history: Points;
  readonly forecast?: Points | undefined;
  readonly lower?: Points | undefined;
  readonly upper?: Points | undefined;
}

/** The parts as SVG paths; a gap begins a new stroke. */
export interface SparkPaths {
  readonly history: string;
  readonly forecast: string | undefined;
  readonly band: string | undefined;
  /** Where the forecast begins. */
  readonly now: number | undefined;
}

/** A smaller part of the greatest value than this does not fill a box: it would look like a storm. */
const LEAST_SPAN = 0.1;

/** Fits the parts into a box: zero, or the least value where all are far from it, is at the bottom. */
export function sparkPaths(parts: SparkParts, box: SparkBox): SparkPaths {
  const all = [parts.history, parts.forecast, parts.lower, parts.upper].flatMap((part) =>
    part ? [part] : [],
  );
  const times = rangeOf(all.map((part) => part.times));
  const values = rangeOf(all.map((part) => part.values));
  const span = Math.max(values.max - values.min, LEAST_SPAN * Math.abs(values.max));
  const bottom = values.min >= 0 && values.min < span ? 0 : values.max - span;
  const x = (at: number) => (box.width * (at - times.min)) / (times.max - times.min || 1);
  const y = (value: number) => {
    const share = (value - bottom) / (values.max - bottom || 1);
    return box.height - box.padding - share * (box.height - 2 * box.padding);
  };
  const { history, forecast, lower, upper } = parts;
  const start = forecast?.times[0];
  return {
    history: strokes(history, x, y),
    forecast: forecast && strokes(forecast, x, y),
    band: lower && upper ? area(lower, upper, x, y) : undefined,
    now: start === undefined ? undefined : round(x(start)),
  };
}

type Axis = (value: number) => number;

function strokes({ times, values }: Points, x: Axis, y: Axis): string {
  let isDrawing = false;
  let path = '';
  times.forEach((at, i) => {
    const value = values[i];
    if (!isNumber(value)) {
      isDrawing = false;
      return;
    }
    path += `${isDrawing ? 'L' : 'M'}${round(x(at))} ${round(y(value))}`;
    isDrawing = true;
  });
  return path;
}

function area(lower: Points, upper: Points, x: Axis, y: Axis): string | undefined {
  const corners = (points: Points) =>
    points.times.flatMap((at, i) => {
      const value = points.values[i];
      return isNumber(value) ? [`${round(x(at))} ${round(y(value))}`] : [];
    });
  const [up, down] = [corners(upper), corners(lower).toReversed()];
  return up.length > 1 ? `M${up.join('L')}L${down.join('L')}Z` : undefined;
}

function rangeOf(lists: readonly (readonly (number | null)[])[]): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const list of lists) {
    for (const value of list) {
      if (!isNumber(value)) continue;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
  }
  return min <= max ? { min, max } : { min: 0, max: 1 };
}

function isNumber(value: number | null | undefined): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
