import * as z from 'zod';
import {
  LIMITS,
  MetricNameSchema,
  ReasonSchema,
  TimestampSchema,
  UnitSchema,
  WorkloadRefSchema,
  workloadFields,
} from './common.ts';
import { HeartbeatSchema } from './heartbeat.ts';
import { CoverageSchema, SkillSchema } from './predict.ts';

export const HealthSchema = z.strictObject({
  status: z.enum(['healthy', 'degraded']),
  version: z.string(),
  timestamp: z.string(),
  uptime_seconds: z.number(),
  models_loaded: z.number().int().meta({ description: 'champions in the catalog' }),
  workloads: z.number().int(),
  sources: z.array(z.string()),
  data_age_seconds: z.number().nullable().meta({ description: 'age of the newest observation' }),
  heartbeat: HeartbeatSchema.nullable().meta({
    description:
      'how the workload of known truth is that runs through everything; null while it is switched off',
  }),
});

export type Health = z.infer<typeof HealthSchema>;

export const ReadySchema = z.strictObject({
  ready: z.boolean(),
  checks: z.array(z.strictObject({ name: z.string(), ok: z.boolean(), message: z.string() })),
});
export type Ready = z.infer<typeof ReadySchema>;

const MetricInfoSchema = z.strictObject({
  metric: z.string(),
  unit: UnitSchema,
  counter: z.boolean(),
  last_seen: z.string().nullable(),
});

export const WorkloadSchema = z.strictObject({
  workload: WorkloadRefSchema,
  simulated: z.boolean(),
  step_seconds: z.number(),
  sources: z.array(z.string()),
  metrics: z.array(MetricInfoSchema),
  first_seen: z.string(),
  last_seen: z.string().nullable(),
});
export type WorkloadInfo = z.infer<typeof WorkloadSchema>;
export const WorkloadListSchema = z.strictObject({ workloads: z.array(WorkloadSchema) });

/** `Staging`, `Production` and `Archived` are the seeds' names of candidate, champion and archived. */
export const StageFilterSchema = z
  .enum(['candidate', 'champion', 'archived', 'Staging', 'Production', 'Archived'])
  .transform((stage) =>
    stage === 'Staging' ? 'candidate' : stage === 'Production' ? 'champion' : stage.toLowerCase(),
  );

export const ModelSchema = z.strictObject({
  id: z.string().meta({ description: 'cluster~namespace~deployment~container~metric~version' }),
  workload: WorkloadRefSchema,
  metric: z.string(),
  version: z.string(),
  stage: z.enum(['candidate', 'champion', 'archived']),
  model: z.string().meta({ description: 'the member that answers when this version is champion' }),
  members: z.array(z.string()),
  trained_at: z.string(),
  training: z.strictObject({ from: z.string(), to: z.string(), steps: z.number().int() }),
  skill: SkillSchema,
  decision: ReasonSchema.meta({ description: 'why it was promoted, or why not' }),
  sha256: z.string(),
  run_id: z.string(),
});
export type ModelInfo = z.infer<typeof ModelSchema>;
export const ModelListSchema = z.strictObject({ models: z.array(ModelSchema) });

/** Errors of one member in the backtest; pooled over all horizons, or one horizon bucket. */
export const AccuracySchema = z.strictObject({
  from_step: z.number().int(),
  to_step: z.number().int(),
  cases: z.number().int(),
  mae: z.number().nullable(),
  mse: z.number().nullable(),
  rmse: z.number().nullable(),
  mape: z.number().nullable().meta({ description: 'null where an actual is too near to zero' }),
  smape: z.number().nullable(),
  wape: z.number().nullable(),
  mase: z.number().nullable(),
  r2: z.number().nullable(),
  skill_vs_naive: z.number().nullable(),
  skill_vs_seasonal_naive: z.number().nullable(),
});
export type Accuracy = z.infer<typeof AccuracySchema>;

export const ModelDetailSchema = ModelSchema.extend({
  backtest: z.array(
    z.strictObject({
      member: z.string(),
      pooled: AccuracySchema,
      buckets: z.array(AccuracySchema),
    }),
  ),
  origins: z.number().int(),
  coverage: z.array(CoverageSchema),
  provenance: z.record(z.string(), z.unknown()),
  rollback_to: z
    .strictObject({ version: z.string().nullable().meta({ description: 'null: naive' }) })
    .nullable()
    .meta({ description: 'what a rollback makes champion; null: there was none before' }),
});
export type ModelDetail = z.infer<typeof ModelDetailSchema>;

export const ModelQuerySchema = z.strictObject({
  ...workloadFields,
  metric: MetricNameSchema.optional(),
  stage: StageFilterSchema.optional(),
});

export const PromotionResponseSchema = z.strictObject({
  model: ModelSchema,
  previous_version: z.string().nullable(),
});

export const SeriesQuerySchema = z.strictObject({
  ...workloadFields,
  metric: MetricNameSchema,
  from: TimestampSchema.optional(),
  to: TimestampSchema.optional(),
  hours: z.coerce.number().int().min(1).max(9_600).optional(),
});

export const SeriesSchema = z.strictObject({
  workload: WorkloadRefSchema,
  metric: z.string(),
  unit: UnitSchema,
  simulated: z.boolean(),
  step_seconds: z.number(),
  start: z.string(),
  values: z
    .array(z.number().nullable())
    .meta({ description: 'one a step from start; null is missing' }),
});

export const RunQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(LIMITS.maxPageSize).default(20),
});

export const ForecastQuerySchema = z.strictObject({
  ...workloadFields,
  metric: MetricNameSchema,
  limit: z.coerce.number().int().min(1).max(100).default(12),
  before: TimestampSchema.optional().meta({
    description: 'only those issued before: issued_at of the last one leads to the next page',
  }),
});

/** A forecast exactly as it was issued, for judging it later. */
export const IssuedForecastSchema = z.strictObject({
  issued_at: z.string(),
  data_as_of: z.string(),
  model: z.string(),
  version: z.string().nullable(),
  step_seconds: z.number(),
  level: z.number().nullable(),
  values: z.array(z.number()),
  lower_bounds: z.array(z.number()).nullable(),
  upper_bounds: z.array(z.number()).nullable(),
});
export type IssuedForecast = z.infer<typeof IssuedForecastSchema>;
export const IssuedForecastListSchema = z.strictObject({
  workload: WorkloadRefSchema,
  metric: z.string(),
  unit: UnitSchema,
  simulated: z.boolean(),
  forecasts: z.array(IssuedForecastSchema),
});

/** An OpenAPI document is described by its own standard, not by us. */
export const OpenApiSchema = z.record(z.string(), z.unknown());
