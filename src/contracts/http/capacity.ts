import * as z from 'zod';
import { CAPACITY_PERIODS } from '#core/capacity/period.ts';
import { CAPACITY_PRESETS } from '#core/capacity/period-amounts.ts';
import {
  LIMITS,
  MetricNameSchema,
  ReasonSchema,
  UnitSchema,
  WorkloadRefSchema,
  workloadFields,
} from './common.ts';
import { CoverageSchema, SkillSchema } from './predict.ts';
import { CpuQuantitySchema } from './quantities.ts';
import { RIGHTSIZING_LIMITS } from './rightsizing.ts';

/** A list in a query: `cpu,memory`. */
const MetricListSchema = z
  .string()
  .max(2_000)
  .transform((text) => [...new Set(text.split(',').map((name) => name.trim()))])
  .pipe(z.array(MetricNameSchema).min(1).max(LIMITS.maxMetrics));

export const CapacityQuerySchema = z.strictObject({
  ...workloadFields,
  metrics: MetricListSchema.optional().meta({
    description: 'e.g. cpu,memory; the CPU and memory metrics the workload has, if left out',
  }),
  time_zone: z.string().min(1).max(64).default('UTC').meta({
    description: 'whose days are meant, e.g. Europe/Berlin or +02:00',
  }),
  level: z.coerce.number().gt(0).lt(1).default(0.8).meta({
    description: 'central coverage of the intervals; requests cover their upper bounds',
  }),
  preset: z.enum(CAPACITY_PRESETS).default('quantiles').meta({
    description: 'seeds: 0.8 and 1.2 times the mean (next_month 0.7 and 1.5), below expected use',
  }),
  replicas: z.coerce.number().int().min(1).max(RIGHTSIZING_LIMITS.maxReplicas).optional().meta({
    description: 'that share the load, where replicas are not collected',
  }),
  cpu_request: CpuQuantitySchema.optional().meta({
    description: 'of one replica, where CPU is collected as utilisation only',
  }),
});
export type CapacityQuery = z.output<typeof CapacityQuerySchema>;

export const CapacityPeriodSchema = z.enum(CAPACITY_PERIODS);

const SpreadSchema = z.strictObject({
  value: z.number(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
});

/** What one metric will do, made of the means of its hours. */
export const MetricCapacitySchema = z.strictObject({
  unit: UnitSchema,
  hours: z.number().int(),
  mean: SpreadSchema.meta({ description: 'its interval is an upper bound of the true one' }),
  p95: SpreadSchema.meta({ description: 'reached or passed in one hour of twenty' }),
  peak: SpreadSchema.extend({
    at: z.string().nullable().meta({ description: 'the hour that begins then; null: all alike' }),
    local_time: z.string().nullable().meta({ description: 'as clocks of the zone show it' }),
  }),
  observed_peak: z
    .number()
    .nullable()
    .meta({ description: 'the greatest value of the last 7 days, of a step and not of an hour' }),
  model: z.string(),
  version: z.string().nullable().meta({ description: 'null: no model was trained yet' }),
  stage: z.enum(['champion', 'candidate', 'none']),
  trained_at: z.string().nullable(),
  data_as_of: z.string(),
  skill: SkillSchema.nullable(),
  coverage: z.array(CoverageSchema),
  reasons: z.array(ReasonSchema),
});
export type MetricCapacity = z.infer<typeof MetricCapacitySchema>;

const RequestLimitSchema = z.strictObject({
  request: z.string().nullable(),
  limit: z.string().nullable(),
  reasons: z.array(ReasonSchema),
});

export const CapacityResponseSchema = z.strictObject({
  workload: WorkloadRefSchema,
  simulated: z.boolean().meta({ description: 'true for the sample workload' }),
  generated_at: z.string(),
  valid_until: z.string(),
  period: CapacityPeriodSchema,
  forecast_type: z.enum(['daily_average', 'weekly_average', 'monthly_average', 'weekend_average']),
  time_zone: z.string(),
  from: z.string(),
  to: z.string().meta({ description: 'the first moment after it' }),
  hours: z.number(),
  date: z.string().meta({ description: 'the first local day' }),
  day_of_week: z.string(),
  week_start: z.string().optional(),
  month: z.string().optional().meta({ description: 'the month the first day is in' }),
  prediction_date: z.string().optional(),
  level: z.number(),
  predictions: z.strictObject({
    cpu_cores: z.number().nullable().meta({ description: 'mean, of all replicas together' }),
    memory_gb: z.number().nullable().meta({ description: 'mean, 1 GB = 1,000,000,000 bytes' }),
    cpu_range: z
      .strictObject({ min: z.number().nullable(), max: z.number().nullable() })
      .nullable()
      .meta({ description: 'interval of the mean, in cores' }),
  }),
  recommendations: z.strictObject({
    preset: z.enum(CAPACITY_PRESETS),
    cpu: RequestLimitSchema,
    memory: RequestLimitSchema,
  }),
  insights: z.strictObject({
    cpu_utilization: z.number().nullable().meta({ description: 'mean forecast, a ratio' }),
    memory_utilization: z.number().nullable(),
    confidence: z
      .strictObject({ level: z.number(), coverage: z.number(), cases: z.number().int() })
      .nullable()
      .meta({ description: 'how often the interval of CPU (else of memory) has held, measured' }),
  }),
  model_info: z
    .strictObject({
      model: z.string(),
      model_version: z.string().nullable(),
      training_date: z.string().nullable(),
      forecast_type: z.string(),
    })
    .nullable(),
  metrics: z.record(z.string(), MetricCapacitySchema),
  errors: z.record(z.string(), ReasonSchema).meta({ description: 'metrics without an answer' }),
  reasons: z.array(ReasonSchema),
});
export type CapacityResponse = z.infer<typeof CapacityResponseSchema>;
