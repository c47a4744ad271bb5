import * as z from 'zod';
import { GRADES } from '#core/evaluate/grade.ts';
import { MetricNameSchema, ReasonSchema, WorkloadRefSchema, workloadFields } from './common.ts';

const GradeNameSchema = z.enum(GRADES);

export const GradeQuerySchema = z.strictObject({
  ...workloadFields,
  metric: MetricNameSchema.optional(),
  horizon_minutes: z.coerce.number().int().min(1).max(43_200).optional().meta({
    description: 'only what is said of forecasts this far ahead',
  }),
  grade: GradeNameSchema.optional(),
});
export type GradeQuery = z.infer<typeof GradeQuerySchema>;

/** What the forecasts of one metric are worth between two horizons, and why. */
export const GradeSchema = z.strictObject({
  workload: WorkloadRefSchema,
  simulated: z.boolean(),
  metric: z.string(),
  step_seconds: z.number().meta({ description: 'the grid that is forecast on; 3600: by the hour' }),
  from_minutes: z.number().nullable().meta({ description: 'null: of every horizon' }),
  to_minutes: z.number().nullable(),
  grade: GradeNameSchema,
  allows: z.enum(['act', 'inform', 'do_not']),
  since: z.string().nullable().meta({ description: 'when it was given this grade' }),
  model: z.string().nullable().meta({ description: 'what serves; null: nothing was trained' }),
  version: z.string().nullable(),
  measured_at: z.string().nullable(),
  forecasts: z.number().meta({ description: 'that have met their actuals' }),
  skill_vs_naive: z.number().nullable(),
  skill_vs_seasonal_naive: z.number().nullable(),
  level: z.number().nullable(),
  coverage: z.number().nullable(),
  relative_width: z.number().nullable().meta({ description: 'of the band / mean of the metric' }),
  naive_relative_error: z.number().nullable(),
  reasons: z.array(ReasonSchema),
});
export type GradeInfo = z.infer<typeof GradeSchema>;

export const GradeListSchema = z.strictObject({
  generated_at: z.string(),
  grades: z.array(GradeSchema),
});
