import * as z from 'zod';
import { median, present } from '../math/statistics.ts';
import type { Series } from '../series/series.ts';
import { addMs, WEEK } from '../time.ts';
import { GrowthSchema, learnGrowth, withoutGrowth } from './deployment-growth.ts';
import { isMeasurement } from './measurement.ts';
import {
  LEVEL_COURSE,
  learnWeeklyCourse,
  type PreparedCourse,
  prepareCourse,
  WeeklyCourseSchema,
} from './weekly-course.ts';

/** How values become residuals on one scale: transformed, then without their weekly course and growth. */
export const ResidualScaleSchema = z.strictObject({
  /** What is added before the logarithm is taken; null: values are measured in `size` instead. */
  offset: z.number().positive().nullable(),
  size: z.number().positive(),
  course: WeeklyCourseSchema.nullable(),
  /** What every deployment is followed by. */
  growth: GrowthSchema.nullable().default(null),
});
export type ResidualScale = z.infer<typeof ResidualScaleSchema>;

/** Share of the median that is added before logarithms, so that an outage is not minus infinity. */
const OFFSET_SHARE = 0.02;
/** A course is used when moves over three hours are this much smaller without it. */
const USEFUL = { steps: 36, share: 0.7 } as const;
/** Weeks from which on a course can be learned without one of them. */
const LEAST_WEEKS = 3;

/**
 * Learns a scale for the values of a metric.
 *
 * @param form - `log`: relative deviations, where the metric is never negative; `linear`: absolute ones
 * @returns undefined when nothing is present
 */
export function learnScale(
  series: Series,
  form: 'log' | 'linear',
  sinceBreak: Float64Array,
): ResidualScale | undefined {
  const held = present(series.values).filter(isMeasurement);
  if (held.length === 0) return undefined;
  const middle = median(held);
  const isLog = form === 'log' && middle > 0 && held.every((value) => value >= 0);
  const size = held.reduce((sum, value) => sum + Math.abs(value), 0) / held.length || 1;
  const plain = { offset: isLog ? OFFSET_SHARE * middle : null, size, course: null, growth: null };
  const scale = withCourse(series, plain, sinceBreak);
  const growth = learnGrowth(residualsOf(series, scale, sinceBreak), sinceBreak, series.step);
  return growth ? { ...scale, growth } : scale;
}

function withCourse(series: Series, plain: ResidualScale, sinceBreak: Float64Array): ResidualScale {
  const values = residualsOf(series, plain, sinceBreak);
  const course = learnWeeklyCourse(values, series.start, series.step);
  if (!course) return plain;
  const scale = { ...plain, course };
  const left = usualMove(residualsOf(series, scale, sinceBreak));
  return left < USEFUL.share * usualMove(values) ? scale : plain;
}

/**
 * The values on a scale, without their course and growth; NaN for what is missing, infinite or beyond
 * 1e30.
 *
 * @param sinceBreak - of each row: steps since the last deployment, Infinity where none is known
 */
export function residualsOf(
  series: Series,
  scale: ResidualScale,
  sinceBreak: Float64Array,
): Float64Array {
  const { at } = courseOf(scale);
  const residuals = new Float64Array(series.values.length);
  for (let i = 0; i < residuals.length; i++) {
    const value = series.values[i]!;
    residuals[i] = isMeasurement(value)
      ? onScale(value, scale) - at(addMs(series.start, series.step, i))
      : Number.NaN;
  }
  const { growth } = scale;
  return growth ? withoutGrowth(residuals, sinceBreak, growth, series.step) : residuals;
}

/**
 * The residuals of the values that a scale was learned from, those of each week without a course that
 * has seen the week: as far from it as the values of weeks to come. Below three weeks, as `residualsOf`.
 */
export function heldOutResiduals(
  series: Series,
  scale: ResidualScale,
  sinceBreak: Float64Array,
): Float64Array {
  const { start, step } = series;
  const residuals = residualsOf(series, scale, sinceBreak);
  const weeks = Math.floor((residuals.length * step) / WEEK);
  if (scale.course === null || weeks < LEAST_WEEKS) return residuals;
  const plain = residualsOf(series, { ...scale, course: null, growth: null }, sinceBreak);
  const rows = Math.ceil(plain.length / weeks);
  const usual = courseOf(scale);
  for (let from = 0; from < plain.length; from += rows) {
    const others = plain.slice();
    others.fill(Number.NaN, from, from + rows);
    const learned = learnWeeklyCourse(others, start, step);
    if (!learned) continue;
    const course = prepareCourse(learned);
    for (let row = from; row < Math.min(plain.length, from + rows); row++) {
      const at = addMs(start, step, row);
      residuals[row]! += usual.at(at) - course.at(at);
    }
  }
  return residuals;
}

/** The course of a scale, level where it has none. */
export function courseOf({ course }: ResidualScale): PreparedCourse {
  return course ? prepareCourse(course) : LEVEL_COURSE;
}

/** The edges of the course at each row: where it jumps, how far it jumps is known least. */
export function edgesOf(series: Pick<Series, 'start' | 'step' | 'values'>, scale: ResidualScale) {
  const { edge } = courseOf(scale);
  return series.values.map((_, i) => edge(addMs(series.start, series.step, i)));
}

/** The value in the metric's unit that lies at `position` on a scale. */
export function fromScale(position: number, { offset, size }: ResidualScale): number {
  return offset === null ? position * size : Math.exp(position) - offset;
}

function onScale(value: number, { offset, size }: ResidualScale): number {
  return offset === null ? value / size : Math.log(Math.max(value, 0) + offset);
}

function usualMove(values: Float64Array): number {
  return median(
    values.map((value, i) => Math.abs(value - (values[i - USEFUL.steps] ?? Number.NaN))),
  );
}
