import type { Grade } from '#core/evaluate/grade.ts';

/** Grades from the best to the least known. */
export const GRADE_ORDER: Readonly<Record<Grade, number>> = {
  predictable: 0,
  trend_only: 1,
  reactive_is_fine: 2,
  unforecastable: 3,
  too_little_data: 4,
};
