import * as z from 'zod';
import { median, present } from '../math/statistics.ts';
import type { Series } from '../series/series.ts';
import { addMs } from '../time.ts';
import { isMeasurement } from './measurement.ts';
import {
  LEVEL_COURSE,
  learnWeeklyCourse,
  type PreparedCourse,
  prepareCourse,
  WeeklyCourseSchema,
} from './weekly-course.ts';

/** How values become residuals on one scale: transformed, then without their weekly course. */
export const ResidualScaleSchema = z.strictObject({
  /** What is added before the logarithm is taken; null: values are measured in `size` instead. */
  offset: z.number().positive().nullable(),
  size: z.number().positive(),
  course: WeeklyCourseSchema.nullable(),
});
export type ResidualScale = z.infer<typeof ResidualScaleSchema>;

/** Share of the median that is added before logarithms, so that an outage is not minus infinity. */
const OFFSET_SHARE = 0.02;
/** A course is used when moves over three hours are this much smaller without it. */
const USEFUL = { steps: 36, share: 0.7 } as const;

/**
 * Learns a scale for the values of a metric.
 *
 * @param form - `log`: relative deviations, where the metric is never negative; `linear`: absolute ones
 * @returns undefined when nothing is present
 */
export function learnScale(series: Series, form: 'log' | 'linear'): ResidualScale | undefined {
  const held = present(series.values).filter(isMeasurement);
  if (held.length === 0) return undefined;
  const middle = median(held);
  const isLog = form === 'log' && middle > 0 && held.every((value) => value >= 0);
  const size = held.reduce((sum, value) => sum + Math.abs(value), 0) / held.length || 1;
  const plain = { offset: isLog ? OFFSET_SHARE * middle : null, size, course: null };
  const values = residualsOf(series, plain);
  const course = learnWeeklyCourse(values, series.start, series.step);
  if (!course) return plain;
  const scale = { ...plain, course };
  const isUseful = usualMove(residualsOf(series, scale)) < USEFUL.share * usualMove(values);
  return isUseful ? scale : plain;
}

/** The values on a scale, without their course; NaN for what is missing, infinite or beyond 1e30. */
export function residualsOf(series: Series, scale: ResidualScale): Float64Array {
  const { at } = courseOf(scale);
  const residuals = new Float64Array(series.values.length);
  for (let i = 0; i < residuals.length; i++) {
    const value = series.values[i]!;
    residuals[i] = isMeasurement(value)
      ? onScale(value, scale) - at(addMs(series.start, series.step, i))
      : Number.NaN;
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
