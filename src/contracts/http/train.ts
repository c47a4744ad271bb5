import * as z from 'zod';
import { LstmConfigSchema } from '../config/lstm-config.ts';
import { MetricNameSchema, ReasonSchema, WorkloadRefSchema, workloadFields } from './common.ts';

/** Options of Prophet by its own names; what is left out has its default. */
export const ProphetOptionsSchema = z.strictObject({
  preset: z.enum(['helios', 'mora', 'thoth', 'multi-horizon']).optional().meta({
    description: 'the options of an earlier system; others given here override them',
  }),
  estimator: z.enum(['built-in', 'stan']).optional().meta({
    description: 'stan is the reference: the same optimum, ten times as slow',
  }),
  seasonality_mode: z.enum(['additive', 'multiplicative']).optional(),
  changepoint_prior_scale: z.number().gt(0).max(10).optional(),
  seasonality_prior_scale: z.number().gt(0).max(100).optional(),
  n_changepoints: z.number().int().min(0).max(100).optional(),
  changepoint_range: z.number().gt(0).max(1).optional(),
  daily_seasonality: z.union([z.boolean(), z.literal('auto')]).optional(),
  weekly_seasonality: z.union([z.boolean(), z.literal('auto')]).optional(),
  yearly_seasonality: z.union([z.boolean(), z.literal('auto')]).optional(),
  reanchor: z.boolean().optional().meta({
    description: 'start from the last observation instead of the fitted curve; true unless given',
  }),
});

/** Options of ARIMA; without an order it is searched for. */
export const ArimaOptionsSchema = z.strictObject({
  order: z
    .tuple([
      z.number().int().min(0).max(5),
      z.number().int().min(0).max(2),
      z.number().int().min(0).max(5),
    ])
    .optional()
    .meta({ description: 'p, d, q' }),
  seasonal: z.enum(['none', 'indices']).optional(),
});

/** A preset of the recurrent network, or a configuration file of the multi-horizon system. */
export const LstmOptionsSchema = z.union([
  z.strictObject({
    preset: z.enum(['mora', 'multi-horizon']).default('multi-horizon'),
    horizons_minutes: z.array(z.number().int().min(1).max(1_440)).min(1).max(12).optional().meta({
      description: 'ends of the heads of multi-horizon; 5, 15, 30 and 60 unless given',
    }),
    epochs: z.number().int().min(1).max(500).optional(),
    batch_size: z.number().int().min(1).max(1_024).optional(),
    learning_rate: z.number().gt(0).max(1).optional(),
    dropout: z.number().min(0).max(0.9).optional(),
    window: z.number().int().min(2).max(512).optional().meta({ description: 'in steps' }),
    engine: z.enum(['built-in', 'tensorflow']).optional().meta({
      description:
        'unless given, built-in; with training.native_image, tensorflow (TensorFlow.js, libtensorflow in that image)',
    }),
  }),
  LstmConfigSchema,
]);

/** Options of boosted trees: the detector `reconstruction`, and the shared member `xgboost` when it is due. */
export const BoostingOptionsSchema = z.strictObject({
  engine: z.enum(['built-in', 'xgboost']).optional().meta({
    description:
      'unless given, built-in for the detector, xgboost (0.7, in WASM; slower) for the shared trees',
  }),
});

/** What members are fitted with, by member. */
export const TrainParametersSchema = z.strictObject({
  prophet: ProphetOptionsSchema.optional(),
  boosting: BoostingOptionsSchema.optional(),
  arima: ArimaOptionsSchema.optional(),
  lstm: LstmOptionsSchema.optional(),
});
export type TrainParameters = z.infer<typeof TrainParametersSchema>;

/**
 * What is demanded of the data and done to it before models learn. What is left out is not demanded and
 * not done: outliers are what a scaler has to see, and models know what is missing.
 */
export const PreparationSchema = z.strictObject({
  min_completeness: z.number().min(0).max(1).optional().meta({
    description: 'refuse below this share of the window with a value',
  }),
  max_missing: z.number().min(0).max(0.5).optional().meta({
    description: 'refuse above this share of missing values since the first',
  }),
  max_variation: z.number().gt(0).max(1_000).optional().meta({
    description: 'refuse above this standard deviation / mean of the newest values',
  }),
  stability_steps: z.number().int().min(2).max(2_016).optional().meta({
    description: 'how many values max_variation looks at; 20 unless given',
  }),
  imputation: z.enum(['none', 'median']).optional(),
  outliers: z.enum(['none', 'iqr', 'sigma']).optional().meta({
    description: 'clip beyond the quartiles by interquartile ranges, or around the mean',
  }),
  outlier_factor: z.number().gt(0).max(100).optional().meta({
    description: 'how many ranges or standard deviations are no outlier; 3 unless given',
  }),
});
export type Preparation = z.infer<typeof PreparationSchema>;

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
  parameters: TrainParametersSchema.optional().meta({
    description: 'options of single members; recorded with the version',
  }),
  preparation: PreparationSchema.optional().meta({
    description: 'checks of the data and changes to what models learn from; none unless given',
  }),
  run_id: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional()
    .meta({
      description: 'idempotency key: a run of this id is started once',
    }),
});
export type TrainRequest = z.infer<typeof TrainRequestSchema>;

export const STAGES = [
  'validate',
  'engineer',
  'fit-statistical',
  'fit-boosting',
  'fit-recurrent',
  'fit-detectors',
  'evaluate',
  'register',
] as const;
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
  /** Members and detectors that were not fitted, and why; of the workload as a whole where metric is null. */
  left_out: z.array(ReasonSchema.extend({ metric: z.string().nullable(), member: z.string() })),
  error: ReasonSchema.nullable(),
});
export type RunWorkload = z.infer<typeof RunWorkloadSchema>;

export const RunSchema = z.strictObject({
  run_id: z.string(),
  trigger: z.enum(['schedule', 'request', 'due', 'drift']),
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
