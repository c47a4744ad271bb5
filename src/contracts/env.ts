import * as z from 'zod';

/** Where the stores are. The same code talks to AWS and to the local process. */
const storeFields = {
  OBSERVATIONS_TABLE_NAME: z.string().min(3),
  CATALOG_TABLE_NAME: z.string().min(3),
  /** `s3://bucket`, or `file:///directory` in the local process. */
  OBJECTS_URL: z.string().regex(/^(s3:\/\/[a-z0-9.-]{3,63}|file:\/\/\/.+)$/),
  /** Set in the local process only. */
  DYNAMODB_ENDPOINT: z.url().optional(),
  /** The configuration as JSON, where a function needs it: too large for a variable. */
  CONFIG_PATH: z.string().min(1).optional(),
  /** From `storage` in helios.config.yaml. The local process forgets nothing. */
  RAW_RETENTION_DAYS: z.coerce.number().int().min(1).optional(),
  HOURLY_RETENTION_DAYS: z.coerce.number().int().min(1).optional(),
};

/** Environment of functions that need the stores alone. */
export const StoreEnvSchema = z.object(storeFields);
export type StoreEnv = z.infer<typeof StoreEnvSchema>;

/** Environment of the pipeline's tasks, from `training` in helios.config.yaml. */
export const PipelineEnvSchema = z.object({
  ...storeFields,
  TRAINING_WINDOW_DAYS: z.coerce.number().int().min(1).max(400).default(28),
  MINIMUM_IMPROVEMENT: z.coerce.number().min(0).max(0.5).default(0.05),
  RECURRENT_NIGHTLY: z.stringbool().default(false),
  /** Set by the image of `fit-recurrent`: nothing but libtensorflow will do. */
  NATIVE_TRAINER: z.stringbool().optional(),
  /** An MLflow tracking server that every fit is recorded in, and where its token lies, if it has one. */
  MLFLOW_TRACKING_URI: z.url({ protocol: /^https?$/ }).optional(),
  MLFLOW_TRACKING_TOKEN_FILE: z.string().min(1).optional(),
});
export type PipelineEnv = z.infer<typeof PipelineEnvSchema>;

/** Environment of `train` and `score`, which start trainings. */
export const TrainEnvSchema = z.object({ ...storeFields, STATE_MACHINE_ARN: z.string().min(20) });

/** Environment of `authorize`, which reads keys and nothing else. */
export const AuthorizeEnvSchema = z.object({
  CATALOG_TABLE_NAME: storeFields.CATALOG_TABLE_NAME,
  DYNAMODB_ENDPOINT: storeFields.DYNAMODB_ENDPOINT,
});

/** Environment of `publish`: the dashboard's bucket, and where its layer holds the built page. */
export const PublishEnvSchema = z.object({
  PAGE_BUCKET_NAME: z.string().min(3),
  PAGE_PATH: z.string().min(1),
});

/** Environment of `actuate`: which targets it may raise lies in the configuration. */
export const ActuateEnvSchema = z.object({ ...storeFields, CONFIG_PATH: z.string().min(1) });

/** Environment of `dispatch` and `collect`: the configuration lies in a layer, too large for a variable. */
export const WorkEnvSchema = z.object({
  ...storeFields,
  COLLECT_QUEUE_URL: z.url(),
  SCORE_QUEUE_URL: z.url(),
  CONFIG_PATH: z.string().min(1),
});
