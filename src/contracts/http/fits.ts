import * as z from 'zod';
import { LIMITS, MetricNameSchema, WorkloadRefSchema, workloadFields } from './common.ts';

const BucketSchema = z.strictObject({
  from_step: z.number().int(),
  to_step: z.number().int(),
  mae: z.number().nullable(),
  rmse: z.number().nullable(),
  r2: z.number().nullable(),
  skill_vs_naive: z.number().nullable(),
  cases: z.number().int(),
});

/** One fit of one model: what went in, what came out, how good it was, where it is kept. */
export const FitSchema = z.strictObject({
  id: z.string().meta({ description: 'unique: run, workload, metric and model' }),
  run_id: z.string(),
  workload: WorkloadRefSchema,
  metric: z.string().meta({ description: 'with .hourly for the hourly track' }),
  model: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  data_sha256: z.string(),
  steps: z.number().int().meta({ description: 'length of the history' }),
  fit_ms: z.number().nullable().meta({ description: 'null for blends: they are not fitted' }),
  finished_at: z.string(),
  mae: z.number().nullable(),
  skill_vs_naive: z.number().nullable(),
  cases: z.number().int(),
  horizons: z.array(BucketSchema),
  serves: z.boolean().meta({ description: 'whether it answers auto in its version' }),
  version: z.string(),
  artifact: z.strictObject({ key: z.string(), sha256: z.string() }),
});
export type Fit = z.infer<typeof FitSchema>;

export const FitQuerySchema = z.strictObject({
  ...workloadFields,
  metric: MetricNameSchema.optional(),
  limit: z.coerce.number().int().min(1).max(LIMITS.maxPageSize).default(500),
});
export type FitQuery = z.infer<typeof FitQuerySchema>;

export const FitListSchema = z.strictObject({
  run_id: z.string(),
  fits: z.array(FitSchema),
});
export type FitList = z.infer<typeof FitListSchema>;
