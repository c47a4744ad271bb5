import * as z from 'zod';
import { MetricNameSchema, ReasonSchema, WorkloadRefSchema, workloadFields } from './common.ts';

export const TrainRequestSchema = z.strictObject({
  ...workloadFields,
  metrics: z.array(MetricNameSchema).min(1).max(22).optional().meta({
    description: 'train these metrics only',
  }),
  target: MetricNameSchema.optional().meta({ description: 'one metric, as the seeds call it' }),
  metric: MetricNameSchema.optional().meta({ description: 'the same as target' }),
  hours: z.number().int().min(1).max(9_600).optional().meta({
    description: 'length of the training window; 28 days unless given',
  }),
  model: z.string().max(32).optional().meta({ description: 'fit this member only' }),
  model_type: z.string().max(32).optional().meta({ description: 'the same as model' }),
  run_id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .meta({
      description: 'idempotency key: a run of this id is started once',
    }),
});
export type TrainRequest = z.infer<typeof TrainRequestSchema>;

export const STAGES = ['validate', 'engineer', 'fit-statistical', 'evaluate', 'register'] as const;
export const StageNameSchema = z.enum(STAGES);
export type StageName = z.infer<typeof StageNameSchema>;

export const StageSchema = z.strictObject({
  name: StageNameSchema,
  state: z.enum(['running', 'succeeded', 'failed']),
  started_at: z.string(),
  finished_at: z.string().nullable(),
  summary: z.record(z.string(), z.unknown()),
});

const OutcomeSchema = z.enum(['running', 'trained', 'refused', 'failed']);

/** One workload within a run. */
export const RunWorkloadSchema = z.strictObject({
  workload: WorkloadRefSchema,
  outcome: OutcomeSchema,
  stages: z.array(StageSchema),
  /** Why there is no model: which metric, what is missing, and when it will be enough. */
  refusals: z.array(ReasonSchema.extend({ metric: z.string().nullable() })),
  /** Members that were left out, and why. */
  left_out: z.array(ReasonSchema.extend({ metric: z.string(), member: z.string() })),
  error: ReasonSchema.nullable(),
});
export type RunWorkload = z.infer<typeof RunWorkloadSchema>;

export const RunSchema = z.strictObject({
  run_id: z.string(),
  trigger: z.enum(['schedule', 'request', 'due']),
  state: z.enum(['queued', 'running', 'succeeded', 'failed']),
  created_at: z.string(),
  finished_at: z.string().nullable(),
  workloads: z.number().int().nullable().meta({ description: 'null until the run is planned' }),
  trained: z.number().int(),
  refused: z.number().int(),
  failed: z.number().int(),
  error: ReasonSchema.nullable(),
});
export type Run = z.infer<typeof RunSchema>;

export const TrainResponseSchema = z.strictObject({
  run: RunSchema,
  started: z.boolean().meta({ description: 'false: a run of this id was there already' }),
});
export type TrainResponse = z.infer<typeof TrainResponseSchema>;

export const RunListSchema = z.strictObject({ runs: z.array(RunSchema) });
export const RunDetailSchema = z.strictObject({
  run: RunSchema,
  details: z.array(RunWorkloadSchema),
});
export type RunDetail = z.infer<typeof RunDetailSchema>;
