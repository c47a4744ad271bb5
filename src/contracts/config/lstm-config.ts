import * as z from 'zod';
import { DomainError } from '#core/errors.ts';
import {
  type LstmParameters,
  LstmParametersSchema,
  stepsOfMinutes,
} from '#core/forecast/lstm-parameters.ts';
import { featuresOf, multiHorizonParameters } from '#core/forecast/lstm-presets.ts';
import { type DurationMs, MINUTE } from '#core/time.ts';

const CountSchema = z.int().positive();
const ShareSchema = z.number().min(0).max(1);
/** Orders of ARIMA: whole numbers, none negative. */
const OrderSchema = z.int().nonnegative();

/** The shortest window that a file may be reduced to by a coarse grid. */
const SHORTEST_WINDOW = 12;

/** How far shares may miss 1: they are written in decimals. */
const ROUNDING = 1e-6;

/** Windows and horizons are counted in steps of `step_seconds`, whatever the grid of the series. */
export const LstmDataConfigSchema = z
  .strictObject({
    /** Length of the steps that this file counts in. */
    step_seconds: CountSchema.default(15),
    window_size: CountSchema.default(240),
    stride: CountSchema.default(4),
    prediction_horizons: z
      .array(CountSchema)
      .min(1)
      .max(32)
      .refine((values) => values.every((value, i) => i === 0 || value > values[i - 1]!), {
        error: 'horizons ascend',
      })
      .default([20, 60, 120]),
    train_split: z.number().gt(0).max(1).default(0.7),
    /** Half of what the training leaves, unless said otherwise. */
    val_split: ShareSchema.optional(),
    test_split: ShareSchema.optional(),
    include_temporal_features: z.boolean().default(true),
    include_lag_features: z.boolean().default(true),
    include_rolling_features: z.boolean().default(true),
    normalization: z.enum(['minmax', 'standard', 'robust']).default('minmax'),
    outlier_threshold: z.number().positive().nullable().optional(),
    raw_data_path: z.string().optional(),
    processed_data_path: z.string().optional(),
  })
  .refine(
    ({ train_split, val_split, test_split }) => {
      const sum = train_split + (val_split ?? 0) + (test_split ?? 0);
      const isWhole = val_split !== undefined && test_split !== undefined;
      return isWhole ? Math.abs(sum - 1) < ROUNDING : sum < 1 + ROUNDING;
    },
    { error: 'train_split, val_split and test_split add up to 1', path: ['train_split'] },
  );

export const LstmModelConfigSchema = z.strictObject({
  model_type: z.enum(['lstm', 'arima', 'prophet']).default('lstm'),
  hidden_size: CountSchema.max(1_024).default(128),
  num_layers: CountSchema.max(8).default(2),
  dropout: z.number().min(0).max(0.9).default(0.3),
  bidirectional: z.boolean().default(true),
  input_size: CountSchema.optional(),
  output_size: z.literal(1).optional(),
  use_container_embeddings: z.boolean().optional(),
  num_containers: CountSchema.optional(),
  container_embedding_dim: CountSchema.optional(),
  arima_order: z.tuple([OrderSchema, OrderSchema, OrderSchema]).optional(),
  arima_seasonal_order: z.tuple([OrderSchema, OrderSchema, OrderSchema, OrderSchema]).optional(),
  prophet_changepoint_prior_scale: z.number().positive().optional(),
  prophet_yearly_seasonality: z.boolean().optional(),
  prophet_weekly_seasonality: z.boolean().optional(),
  prophet_daily_seasonality: z.boolean().optional(),
});

export const LstmTrainingConfigSchema = z.strictObject({
  epochs: CountSchema.max(10_000).default(100),
  batch_size: CountSchema.max(4_096).default(32),
  learning_rate: z.number().positive().default(0.001),
  optimizer: z.literal('adam').default('adam'),
  weight_decay: z.number().nonnegative().default(0),
  patience: CountSchema.default(15),
  min_delta: z.number().nonnegative().default(1e-4),
  loss_function: z.enum(['quantile', 'mse', 'mae', 'huber']).default('quantile'),
  /** By horizon, as in `prediction_horizons`; 1 where none is given. */
  horizon_weights: z.record(z.string().regex(/^\d+$/), z.number().positive()).default({}),
  save_every_n_epochs: CountSchema.default(10),
  device: z.enum(['cpu', 'cuda']).optional(),
  num_workers: z.int().nonnegative().optional(),
  checkpoint_dir: z.string().optional(),
  experiment_name: z.string().optional(),
  tracking_uri: z.string().optional(),
  log_interval: CountSchema.optional(),
  use_sagemaker: z.boolean().optional(),
  sagemaker_instance_type: z.string().optional(),
});

/**
 * The configuration file of one metric, `helios train --config`, with the keys of the multi-horizon
 * predictor's files. `step_seconds` and the loss `quantile` are new; everything has a default but the
 * name of the metric. What has no meaning here is read, checked and named by `ignoredLstmKeys`.
 */
export const LstmConfigSchema = z
  .strictObject({
    metric_name: z.string().min(1),
    container_name: z.string().min(1).optional(),
    data: LstmDataConfigSchema.prefault({}),
    model: LstmModelConfigSchema.prefault({}),
    training: LstmTrainingConfigSchema.prefault({}),
  })
  .superRefine(({ data, training }, context) => {
    const horizons = new Set(data.prediction_horizons.map(String));
    for (const key of Object.keys(training.horizon_weights)) {
      if (horizons.has(key)) continue;
      context.addIssue({
        code: 'custom',
        path: ['training', 'horizon_weights', key],
        message: `not a horizon: ${[...horizons].join(', ')}`,
      });
    }
  });

export type LstmConfig = z.infer<typeof LstmConfigSchema>;

/** Keys that decide nothing here, and why. */
export const IGNORED_LSTM_KEYS = {
  'data.raw_data_path': 'data come from the store',
  'data.processed_data_path': 'data come from the store',
  'data.outlier_threshold': 'clipping outliers would remove the peaks that capacity is for',
  'model.input_size': 'it follows from the features',
  'model.output_size': 'it follows from the horizons',
  'model.use_container_embeddings': 'each workload has a network of its own',
  'model.num_containers': 'each workload has a network of its own',
  'model.container_embedding_dim': 'each workload has a network of its own',
  'training.device': 'training runs on the processor',
  'training.num_workers': 'windows are cut in memory',
  'training.checkpoint_dir': 'checkpoints are kept in the object store',
  'training.experiment_name': 'runs are kept in the catalog',
  'training.tracking_uri': 'runs are kept in the catalog',
  'training.log_interval': 'an epoch is one event',
  'training.use_sagemaker': 'training is a stage of the pipeline',
  'training.sagemaker_instance_type': 'training is a stage of the pipeline',
} as const satisfies Record<string, string>;

export type IgnoredLstmKey = keyof typeof IGNORED_LSTM_KEYS;

/**
 * The parameters of a configuration file for a series on a grid of this step. Times are kept: 20 steps
 * of 15 seconds are one step of five minutes. Horizons that fall on one step of the grid become one, with
 * the sum of their weights; a window is 12 steps at least.
 *
 * @throws {DomainError} `CONFIG_INVALID` when the file is of another model type, or when a horizon is
 * longer or the network larger than allowed
 */
export function lstmParametersOf(config: LstmConfig, step: DurationMs): LstmParameters {
  const { data, model, training } = config;
  if (model.model_type !== 'lstm') {
    throw invalid(`model.model_type is ${model.model_type}, not lstm`, 'model.model_type');
  }
  const toSteps = (count: number) =>
    stepsOfMinutes((count * data.step_seconds * 1_000) / MINUTE, step);
  const weights = new Map<number, number>();
  for (const horizon of data.prediction_horizons) {
    const end = toSteps(horizon);
    const weight = training.horizon_weights[String(horizon)] ?? 1;
    weights.set(end, (weights.get(end) ?? 0) + weight);
  }
  const features = featuresOf({
    temporal: data.include_temporal_features,
    lags: data.include_lag_features,
    rolling: data.include_rolling_features,
  });
  const width = model.hidden_size * (model.bidirectional ? 2 : 1);
  const parsed = LstmParametersSchema.safeParse({
    ...multiHorizonParameters(step),
    goal: {
      form: 'path',
      horizons: [...weights.keys()],
      weights: [...weights.values()],
      loss: training.loss_function,
    },
    window: Math.max(SHORTEST_WINDOW, toSteps(data.window_size)),
    stride: toSteps(data.stride),
    features,
    maxInputs: features.length,
    normalisation: data.normalization,
    layers: Array.from({ length: model.num_layers }, () => ({
      units: model.hidden_size,
      bidirectional: model.bidirectional,
    })),
    dropout: model.dropout,
    headUnits: Math.max(1, Math.floor(width / 2)),
    headDropout: model.dropout,
    split: { training: data.train_split, validation: validationShare(data) },
    epochs: training.epochs,
    batchSize: training.batch_size,
    learningRate: training.learning_rate,
    weightDecay: training.weight_decay,
    minDelta: training.min_delta,
    patience: training.patience,
    saveEveryEpochs: training.save_every_n_epochs,
  } satisfies LstmParameters);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(issue?.message ?? 'out of range', issue?.path.join('.') ?? '');
}

/** The keys of a configuration that were given and decide nothing, to be named to whoever wrote it. */
export function ignoredLstmKeys(config: LstmConfig): readonly IgnoredLstmKey[] {
  const given = new Set(
    (['data', 'model', 'training'] as const).flatMap((section) =>
      Object.keys(config[section]).map((key) => `${section}.${key}`),
    ),
  );
  const known = Object.keys(IGNORED_LSTM_KEYS) as IgnoredLstmKey[];
  return known.filter((key) => given.has(key));
}

function validationShare({ train_split, val_split, test_split }: LstmConfig['data']): number {
  if (val_split !== undefined) return val_split;
  const rest = Math.max(0, 1 - train_split);
  return test_split === undefined ? rest / 2 : Math.max(0, rest - test_split);
}

function invalid(message: string, key: string): DomainError {
  return new DomainError('CONFIG_INVALID', `the lstm configuration: ${message}`, { key });
}
