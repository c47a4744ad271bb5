import * as z from 'zod';
import {
  LIMITS,
  MetricNameSchema,
  TimestampSchema,
  ValueSchema,
  workloadFields,
} from './common.ts';

/** What a source may be called; `@` sets its instances apart. */
export const SOURCE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const LabelsSchema = z
  .record(z.string().max(64), z.string().max(256))
  .refine((labels) => Object.keys(labels).length <= 32, 'at most 32 labels a sample');

/**
 * One sample in the seeds' form. Only its outline is checked here: a sample with a bad name, value or
 * time is answered as rejected and does not cost the rest of the batch.
 */
export const SampleSchema = z.strictObject({
  name: z.string().max(256),
  // What is no value becomes null here and is rejected as one sample, not with its batch.
  value: ValueSchema.nullable().catch(null),
  timestamp: z.union([z.string().max(64), z.number()]),
  type: z.enum(['gauge', 'counter', 'histogram', 'summary']).default('gauge'),
  labels: LabelsSchema.default({}),
  source: z.string().max(64).optional(),
});
export type Sample = z.infer<typeof SampleSchema>;

/** A new version of a workload that went live: for half an hour after it nothing is an anomaly. */
export const DeploymentMarkSchema = z.strictObject({
  deployment: workloadFields.deployment.unwrap(),
  namespace: workloadFields.namespace,
  cluster: workloadFields.cluster,
  at: TimestampSchema,
});

const batchFields = {
  agent_version: z.string().max(64).optional(),
  sent_at: TimestampSchema.optional(),
  batch_id: z.string().min(1).max(128).optional().meta({
    description: 'a batch of this id is stored once; sending it again repeats the answer',
  }),
  step_seconds: z.number().int().min(1).max(3_600).optional().meta({
    description: 'how often the source measures; 15 unless given',
  }),
  backfill: z.boolean().default(false).meta({
    description: 'true: history, so that no observation is too old',
  }),
  deployments: z.array(DeploymentMarkSchema).max(100).optional().meta({
    description: 'versions that went live, told by an agent or by CI; each counts as a sample',
  }),
};

export const IngestSamplesSchema = z.strictObject({
  ...batchFields,
  metrics: z.array(SampleSchema).max(LIMITS.maxSamples),
});

/** The compact form: one workload on one grid, a column of values a metric, null where missing. */
export const IngestColumnsSchema = z.strictObject({
  ...batchFields,
  ...workloadFields,
  source: z.string().regex(SOURCE_NAME, 'a source is letters, digits, . _ -').optional(),
  instance: z
    .string()
    .regex(SOURCE_NAME, 'an instance is letters, digits, . _ -')
    .optional()
    .meta({ description: 'pod or host that was measured, where the workload has several' }),
  start: TimestampSchema,
  step_seconds: z.number().int().min(1).max(3_600),
  columns: z
    .record(MetricNameSchema, z.array(ValueSchema.nullable()).min(1).max(LIMITS.maxSamples))
    .refine((columns) => Object.keys(columns).length <= LIMITS.maxMetrics, 'at most 22 metrics'),
  counters: z.array(MetricNameSchema).max(LIMITS.maxMetrics).default([]),
});

export const IngestRequestSchema = z.union([IngestSamplesSchema, IngestColumnsSchema]);
export type IngestRequest = z.infer<typeof IngestRequestSchema>;

const RejectionSchema = z.strictObject({
  index: z
    .number()
    .int()
    .meta({ description: 'position of the sample in the request; deployments follow the samples' }),
  code: z.string(),
  message: z.string(),
});

export const IngestResponseSchema = z.strictObject({
  received: z.number().int(),
  accepted: z.number().int(),
  duplicate: z.number().int(),
  superseded: z.number().int(),
  rejected: z.number().int(),
  rejections: z.array(RejectionSchema).meta({ description: 'the first 100' }),
  batch_id: z.string().nullable(),
});
export type IngestResponse = z.infer<typeof IngestResponseSchema>;
