import * as z from 'zod';
import { IssuedForecastSchema } from './catalog.ts';
import { MetricNameSchema, ReasonSchema, UnitSchema, WorkloadRefSchema } from './common.ts';
import { GradeSchema } from './grades.ts';
import { SeveritySchema } from './incidents.ts';

/** What one look at the fleet may cost. */
export const FLEET_LIMITS = {
  /** Workloads in one question about their outlook. */
  maxOutlooks: 40,
  /** Of history, and of the forecast: a day on the default grid. */
  outlookSteps: 288,
} as const;

export const FleetQuerySchema = z.strictObject({
  metric: MetricNameSchema.optional().meta({
    description: 'what grade and peak are of; default: the first of each workload, cpu_utilization',
  }),
  horizon_minutes: z.coerce.number().int().min(1).max(43_200).default(60).meta({
    description: 'how far ahead the grade is of, or the furthest that was judged',
  }),
});
export type FleetQuery = z.output<typeof FleetQuerySchema>;

const PeakSchema = z.strictObject({
  at: z.string(),
  value: z.number(),
  upper_bound: z.number().nullable(),
  level: z.number().nullable(),
  until: z.string().meta({ description: 'how far the forecast reaches' }),
});

export const FleetRowSchema = z.strictObject({
  workload: WorkloadRefSchema,
  simulated: z.boolean(),
  step_seconds: z.number(),
  last_seen: z.string(),
  metrics: z.array(z.string()),
  metric: z.string().nullable().meta({ description: 'null: this workload has no such metric' }),
  unit: UnitSchema.nullable(),
  grade: GradeSchema.pick({
    grade: true,
    allows: true,
    from_minutes: true,
    to_minutes: true,
    model: true,
    forecasts: true,
    skill_vs_naive: true,
    skill_vs_seasonal_naive: true,
    level: true,
    coverage: true,
  }).nullable(),
  next_peak: PeakSchema.nullable().meta({
    description:
      'the greatest value of the last forecast issued; null: none was, or that time has passed',
  }),
  open_incidents: z.number().int().meta({ description: 'without those marked as expected' }),
  worst_severity: SeveritySchema.nullable(),
});
export type FleetRow = z.infer<typeof FleetRowSchema>;

export const FleetSchema = z.strictObject({ workloads: z.array(FleetRowSchema) });

export const OutlookRequestSchema = z.strictObject({
  workloads: z.array(WorkloadRefSchema).min(1).max(FLEET_LIMITS.maxOutlooks),
  metric: MetricNameSchema.optional(),
  points: z.number().int().min(12).max(FLEET_LIMITS.outlookSteps).default(96).meta({
    description:
      'of history, and of the forecast, at most: the greatest of neighbours stand for them',
  }),
});
export type OutlookRequest = z.output<typeof OutlookRequestSchema>;

export const OutlookSchema = z.strictObject({
  workload: WorkloadRefSchema,
  metric: z.string().nullable(),
  unit: UnitSchema.nullable(),
  history: z
    .strictObject({
      start: z.string(),
      step_seconds: z.number(),
      values: z.array(z.number().nullable()),
    })
    .nullable(),
  forecast: IssuedForecastSchema.nullable(),
  reasons: z.array(ReasonSchema).meta({ description: 'why something is missing' }),
});
export type Outlook = z.infer<typeof OutlookSchema>;

export const OutlookListSchema = z.strictObject({ outlooks: z.array(OutlookSchema) });
