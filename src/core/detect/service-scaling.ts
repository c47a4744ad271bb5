import * as z from 'zod';
import { interpolated } from '../math/interpolated.ts';
import { MAD_TO_SIGMA, median, present, standardDeviation } from '../math/statistics.ts';
import type { Frame } from '../series/frame.ts';

/** How the values of one metric become multiples of its usual spread. */
export const MetricScalingSchema = z.strictObject({
  metric: z.string(),
  /** What is added before the logarithm is taken, in the metric's unit; null = no logarithm. */
  offset: z.number().positive().nullable(),
  /** The median and the spread of the values, after the logarithm if there is one. */
  centre: z.number(),
  scale: z.number().positive(),
});

export type MetricScaling = z.infer<typeof MetricScalingSchema>;

/** Of the median. Keeps a lull (0 requests) from being infinitely far from everything. */
const OFFSET_SHARE = 0.1;
/** Movements below this share of a metric's size are rounding: it counts as constant. */
const LEAST_SPREAD = 1e-9;
/** Of all rows: a metric that is there less often tells too little about its relations. */
const LEAST_PRESENT = 0.5;
/** Keeps squares of what is far beyond anything real finite. */
const FARTHEST = 1e6;

/**
 * What one metric's values are measured by: their median and their median absolute deviation, their
 * standard deviation where more than half of them are equal. A metric that is never negative and
 * usually above 0 is measured by its logarithm, because load multiplies what it moves.
 *
 * @returns undefined for a metric that is constant, or missing in more than half of the rows
 */
export function metricScaling(metric: string, values: Float64Array): MetricScaling | undefined {
  const known = present(values.map(finiteOrMissing));
  if (known.length < LEAST_PRESENT * values.length) return undefined;
  const middle = median(known);
  const hasLogarithm = middle > 0 && known.every((value) => value >= 0);
  const offset = hasLogarithm ? OFFSET_SHARE * middle : null;
  const measured = known.map((value) => onScale(value, offset));
  const centre = median(measured);
  const scale = robustSpread(measured);
  const size = hasLogarithm ? 1 : Math.abs(centre);
  const isUsable = Number.isFinite(scale) && scale > LEAST_SPREAD * size;
  // JSON has no -0.
  return isUsable ? { metric, offset, centre: centre + 0, scale } : undefined;
}

/** Median absolute deviation as a standard deviation; the latter where the former is 0. */
export function robustSpread(values: Float64Array): number {
  const centre = median(values);
  const spread = MAD_TO_SIGMA * median(values.map((value) => Math.abs(value - centre)));
  return spread > 0 ? spread : standardDeviation(values);
}

/** Where `value` lies, in spreads from the middle; NaN for what is missing or infinite. */
export function scaled({ offset, centre, scale }: MetricScaling, value: number): number {
  const distance = (onScale(finiteOrMissing(value), offset) - centre) / scale;
  return Math.max(-FARTHEST, Math.min(FARTHEST, distance));
}

/** One column a metric, the rows `[from, to)` of the frame; a metric the frame lacks is missing. */
export function scaledColumns(
  scalings: readonly MetricScaling[],
  frame: Frame,
  from = 0,
): readonly Float64Array[] {
  return scalings.map((scaling) => {
    const values = frame.series.get(scaling.metric)?.values.subarray(from);
    return values === undefined
      ? new Float64Array(frame.length - from).fill(Number.NaN)
      : values.map((value) => scaled(scaling, value));
  });
}

/** Rows to learn relations from: columns without gaps, and which row of the frame each of theirs is. */
export interface LearningRows {
  readonly columns: readonly Float64Array[];
  readonly rows: Int32Array;
}

/**
 * The rows in which no metric is missing. When these are fewer than half, because the metrics come at
 * different times, all rows with straight lines through the gaps. Never used to score.
 */
export function learningRows(columns: readonly Float64Array[]): LearningRows {
  const all = Int32Array.from(columns[0] ?? [], (_, i) => i);
  const rows = all.filter((i) => columns.every((column) => !Number.isNaN(column[i]!)));
  if (rows.length < LEAST_PRESENT * all.length) {
    return { columns: columns.map(interpolated), rows: all };
  }
  return { columns: columns.map((column) => Float64Array.from(rows, (i) => column[i]!)), rows };
}

function onScale(value: number, offset: number | null): number {
  // A value below 0 of a metric that never was: as far below as the logarithm reaches.
  return offset === null ? value : Math.log(Math.max(value, 0) + offset);
}

function finiteOrMissing(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}
