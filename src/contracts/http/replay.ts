import * as z from 'zod';
import {
  LIMITS,
  MetricNameSchema,
  ReasonSchema,
  TimestampSchema,
  UnitSchema,
  ValueSchema,
  WorkloadRefSchema,
  workloadFields,
} from './common.ts';

/** What one replay may cost, beside `LIMITS`. */
export const REPLAY_LIMITS = {
  /** Ten weeks of five minutes. */
  maxSteps: 20_160,
  maxDays: 70,
  maxUnits: 10_000,
  maxPrice: 1e6,
} as const;

/** Demand that a caller brings along, on a regular grid. */
export const ReplayHistorySchema = z.strictObject({
  start: TimestampSchema,
  step_seconds: z.number().int().min(1).max(86_400),
  values: z.array(ValueSchema.nullable()).min(1).max(REPLAY_LIMITS.maxSteps),
});

export const ReplayRequestSchema = z.strictObject({
  ...workloadFields,
  metric: MetricNameSchema.optional().meta({
    description:
      'what demand is measured in; as configured, or request_rate, or CPU of all replicas unless given',
  }),
  days: z.number().int().min(1).max(REPLAY_LIMITS.maxDays).optional().meta({
    description: 'how much of the stored past; 28 unless given',
  }),
  history: ReplayHistorySchema.optional().meta({
    description: 'replay this instead of stored data',
  }),
  capacity_per_unit: z.number().positive().max(LIMITS.maxMagnitude).optional().meta({
    description: 'demand that uses one unit fully; as configured, or chosen from the first half',
  }),
  start_up_seconds: z.number().int().min(0).max(86_400).optional().meta({
    description: 'from the order of a unit until it serves; as configured, or 300',
  }),
  metric_lag_steps: z.number().int().min(1).max(12).optional().meta({
    description: 'how far back the newest measurement lies; 1 is the step that has just ended',
  }),
  slo_utilization: z.number().gt(0).max(1).optional().meta({
    description: 'utilisation above which the service counts as slow; 0.9 unless given',
  }),
  target_utilization: z.number().min(0.1).max(0.95).optional().meta({
    description: 'what fleets are planned for before they are tuned; as configured, or 0.7',
  }),
  minimum_units: z.number().int().min(1).max(REPLAY_LIMITS.maxUnits).optional(),
  maximum_units: z.number().int().min(1).max(REPLAY_LIMITS.maxUnits).optional(),
  price_per_unit_hour: z.number().min(0).max(REPLAY_LIMITS.maxPrice).optional(),
  run_id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .meta({ description: 'idempotency key: a run of this id is started once' }),
});
export type ReplayRequest = z.infer<typeof ReplayRequestSchema>;

export const ReplayRunSchema = z.strictObject({
  run_id: z.string(),
  state: z.enum(['queued', 'running', 'succeeded', 'refused', 'failed']),
  created_at: z.string(),
  finished_at: z.string().nullable(),
  /** Why it failed, or why there is nothing to replay. */
  error: ReasonSchema.nullable(),
  workload: WorkloadRefSchema.nullable().default(null).meta({
    description: 'whose past it is; null: of data that were sent along, or not known yet',
  }),
});
export type ReplayRun = z.infer<typeof ReplayRunSchema>;

export const ReplayQuerySchema = z.strictObject({
  ...workloadFields,
  limit: z.coerce.number().int().min(1).max(LIMITS.maxPageSize).default(20),
});
export type ReplayQuery = z.output<typeof ReplayQuerySchema>;

export const ReplayListSchema = z.strictObject({ runs: z.array(ReplayRunSchema) });
export type ReplayList = z.infer<typeof ReplayListSchema>;

export const ReplayStartedSchema = z.strictObject({
  run: ReplayRunSchema,
  started: z.boolean().meta({ description: 'false: a run of this id was there already' }),
});
export type ReplayStarted = z.infer<typeof ReplayStartedSchema>;

const PolicyNameSchema = z.enum(['static', 'static_peak', 'reactive', 'helios', 'oracle']);

const PolicySchema = z.strictObject({
  name: PolicyNameSchema,
  /** What it was set to: chosen on the first half. */
  settings: z.record(z.string(), z.number()),
  under_capacity_minutes: z.number(),
  slo_minutes: z.number(),
  unserved_unit_minutes: z.number(),
  unit_hours: z.number(),
  /** Unit-hours ÷ those of the reactive policy − 1. */
  cost_difference: z.number(),
  cost: z.number().nullable(),
  scale_outs: z.number().int(),
  scale_ins: z.number().int(),
});
export type ReplayPolicy = z.infer<typeof PolicySchema>;

export const ReplayReportSchema = z.strictObject({
  /** Null for data that were sent along. */
  workload: WorkloadRefSchema.nullable(),
  metric: z.string(),
  unit: UnitSchema,
  simulated: z.boolean(),
  step_seconds: z.number(),
  from: z.string(),
  /** Settings are chosen before it, policies judged from it on. */
  judged_from: z.string(),
  to: z.string(),
  steps: z.number().int(),
  settings: z.strictObject({
    capacity_per_unit: z.number(),
    capacity_is: z.enum(['given', 'chosen']),
    start_up_seconds: z.number(),
    metric_lag_steps: z.number().int(),
    slo_utilization: z.number(),
    target_utilization: z.number(),
    minimum_units: z.number().int(),
    maximum_units: z.number().int(),
    price_per_unit_hour: z.number().nullable(),
  }),
  /** Members of the blend that Helios forecasts with here. */
  forecasters: z.array(z.string()),
  policies: z.array(PolicySchema),
  verdict: z.strictObject({
    finding: z.enum(['helios_better', 'as_good', 'reactive_better', 'not_comparable']),
    sentence: z.string(),
    saved_minutes: z.number(),
    saved_fraction: z.number().nullable(),
    saved_minutes_per_day: z.number(),
    standard_error: z.number().nullable(),
    days: z.number().int(),
    days_better: z.number().int(),
    days_worse: z.number().int(),
  }),
  notes: z.array(ReasonSchema),
  /** The judged half, step by step: demand in units, null where unknown, and units ready at its end. */
  chart: z.strictObject({
    demand: z.array(z.number().nullable()),
    ready: z.partialRecord(PolicyNameSchema, z.array(z.number().int())),
  }),
});
export type ReplayReport = z.infer<typeof ReplayReportSchema>;

export const ReplayDetailSchema = z.strictObject({
  run: ReplayRunSchema,
  /** Null until the run has succeeded. */
  report: ReplayReportSchema.nullable(),
});
export type ReplayDetail = z.infer<typeof ReplayDetailSchema>;
