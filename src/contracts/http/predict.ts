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

const ascending = (values: readonly number[]) =>
  values.every((value, i) => i === 0 || value > (values[i - 1] ?? value));

const PointSchema = z.strictObject({ timestamp: TimestampSchema, value: ValueSchema.nullable() });

const forecastFields = {
  ...workloadFields,
  periods: z.number().int().min(1).max(LIMITS.maxPeriods).default(12).meta({
    description: 'how many steps ahead, on the grid of the workload (5 minutes unless declared)',
  }),
  step_seconds: z.number().int().min(1).max(3_600).optional().meta({
    description:
      'the grid of the answer: that of the workload, or 3600 for up to 30 days by the hour',
  }),
  model: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/)
    .default('auto')
    .meta({
      description: 'auto is the champion; a member by name; ensemble is the blend',
    }),
  levels: z.array(z.number().gt(0).lt(1)).min(1).max(5).optional().meta({
    description: 'central coverage of the bounds, e.g. [0.8, 0.95]; the first gives the bounds',
  }),
  quantiles: z
    .array(z.number().gt(0).lt(1))
    .min(1)
    .max(LIMITS.maxQuantiles)
    .refine(ascending, 'quantiles are in ascending order')
    .optional(),
  include_confidence: z
    .boolean()
    .default(true)
    .meta({ description: 'false leaves the bounds out' }),
  explain: z.boolean().default(false).meta({
    description: 'also say what each member of a blend has contributed',
  }),
  horizons_minutes: z.array(z.number().int().min(1).max(43_200)).min(1).max(24).optional().meta({
    description: 'also answer these times ahead by name, e.g. [5, 15, 30, 60]',
  }),
};

export const PredictRequestSchema = z.strictObject({
  ...forecastFields,
  metric: MetricNameSchema,
  history: z.array(PointSchema).max(LIMITS.maxHistory).optional().meta({
    description: 'recent observations of the caller, used instead of the stored ones',
  }),
});
export type PredictRequest = z.infer<typeof PredictRequestSchema>;

export const PredictBatchRequestSchema = z.strictObject({
  ...forecastFields,
  metrics: z.array(MetricNameSchema).min(1).max(LIMITS.maxMetrics),
});
export type PredictBatchRequest = z.infer<typeof PredictBatchRequestSchema>;

/** What a blend is made of, and what each member says for the steps asked for. */
export const ExplanationSchema = z.strictObject({
  blend: z.enum(['auto', 'median', 'fusion']),
  members: z.array(
    z.strictObject({
      member: z.string(),
      /** One a step; null where the member takes no part or the median answers. */
      weights: z.array(z.number().nullable()),
      values: z.array(z.number()),
      /** Fusion: weight times value; they add up to the forecast. */
      contributions: z.array(z.number()).nullable(),
    }),
  ),
  /** How they are combined, by steps ahead; empty where it is the same for all. */
  rules: z.array(
    z.strictObject({
      from_step: z.number().int(),
      to_step: z.number().int(),
      combine: z.enum(['median', 'half', 'naive']),
    }),
  ),
  /** Origins whose errors set the weights of a fusion; 0: the weights it starts with. */
  evidence: z.number().int().nullable(),
  refused: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
});
export type Explanation = z.infer<typeof ExplanationSchema>;

const StepSchema = z.strictObject({
  timestamp: z.string(),
  value: z.number(),
  lower_bound: z.number().nullable(),
  upper_bound: z.number().nullable(),
  quantiles: z.record(z.string(), z.number()).optional(),
});

/** Measured by the backtest of the model version that answered. */
export const SkillSchema = z.strictObject({
  vs_naive: z.number().nullable(),
  vs_seasonal_naive: z.number().nullable(),
  mae: z.number().nullable(),
  cases: z.number().int(),
});

export const CoverageSchema = z.strictObject({
  from_step: z.number().int(),
  to_step: z.number().int(),
  level: z.number(),
  coverage: z.number().nullable(),
  cases: z.number().int(),
});

export const PredictResponseSchema = z.strictObject({
  workload: WorkloadRefSchema,
  metric: z.string(),
  unit: UnitSchema,
  model: z.string().meta({ description: 'the member that answered' }),
  version: z.string().nullable().meta({ description: 'null: no model was trained yet' }),
  stage: z.enum(['champion', 'candidate', 'none']),
  simulated: z.boolean().meta({ description: 'true for the sample workload' }),
  generated_at: z.string(),
  data_as_of: z.string().meta({ description: 'time of the newest observation used' }),
  trained_at: z.string().nullable(),
  valid_until: z.string(),
  step_seconds: z.number(),
  periods: z.number().int(),
  level: z.number().nullable().meta({ description: 'nominal coverage of the bounds' }),
  predictions: z.array(StepSchema),
  horizons: z.array(StepSchema.extend({ minutes: z.number() })).optional(),
  skill: SkillSchema.nullable(),
  coverage: z.array(CoverageSchema),
  reasons: z.array(ReasonSchema),
  explanation: ExplanationSchema.optional(),
  metadata: z.strictObject({ model_version: z.string().nullable(), cache_hit: z.boolean() }),
});
export type PredictResponse = z.infer<typeof PredictResponseSchema>;

export const PredictBatchResponseSchema = z.strictObject({
  generated_at: z.string(),
  predictions: z.record(z.string(), PredictResponseSchema),
  errors: z.record(z.string(), ReasonSchema).meta({ description: 'metrics without an answer' }),
});
export type PredictBatchResponse = z.infer<typeof PredictBatchResponseSchema>;
