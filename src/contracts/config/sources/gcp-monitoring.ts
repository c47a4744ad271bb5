import * as z from 'zod';
import type { Revealed } from '../secret.ts';
import {
  ApiUrlSchema,
  lookbackMinutes,
  MetricNameSchema,
  PlainNameSchema,
  periodSeconds,
  requestTimeout,
  SecretSchema,
  UnitSchema,
} from './common.ts';

/** The sets of metrics that Helios brings along. */
export const GCP_PRESETS = ['containers', 'instances', 'cloud-sql'] as const;
export type GcpPreset = (typeof GCP_PRESETS)[number];

/** Such as `compute.googleapis.com/instance/cpu/utilization`. */
const MetricTypeSchema = z
  .string()
  .regex(
    /^[a-z0-9.-]+(\/[A-Za-z0-9_.:-]+)+$/,
    'a metric type, e.g. run.googleapis.com/request_count',
  )
  .max(256);

/** One metric, and what it is called in Helios. */
export const GcpMetricSchema = z.strictObject({
  name: MetricNameSchema.meta({ description: 'the metric in Helios, e.g. request_rate' }),
  type: MetricTypeSchema.meta({ description: 'as Cloud Monitoring calls it' }),
  unit: UnitSchema.optional().meta({ description: 'of the aligned values, e.g. ms or percent' }),
  percentile: z
    .union([z.literal(5), z.literal(50), z.literal(95), z.literal(99)])
    .default(95)
    .meta({ description: 'of a distribution' }),
  across: z.enum(['sum', 'mean', 'max', 'none']).optional().meta({
    description:
      'how the series of one workload and instance become one; of Kubernetes by the metric’s own rule, else not at all',
  }),
  group_by: z
    .array(z.string().regex(/^(resource|metric|metadata)(\.[a-z][a-z0-9_]{0,63}){2}$/))
    .max(16)
    .optional()
    .meta({ description: 'labels that remain then, e.g. resource.labels.service_name' }),
  labels: z
    .record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/), PlainNameSchema)
    .default({})
    .meta({ description: 'only series with these metric labels' }),
});
export type GcpMetric = z.infer<typeof GcpMetricSchema>;

const keyFields = {
  type: z.string(),
  client_email: z.string().optional(),
  private_key_id: z.string().optional(),
  token_uri: ApiUrlSchema.optional(),
  client_id: z.string().optional(),
  project_id: z.string().optional(),
  quota_project_id: z.string().optional(),
};

/** What a key file holds; what is not listed is not needed. */
export const GcpKeySchema = z.looseObject({
  ...keyFields,
  private_key: z.string().min(1).optional(),
  client_secret: z.string().min(1).optional(),
  refresh_token: z.string().min(1).optional(),
});
export type GcpKey = z.infer<typeof GcpKeySchema>;

/** The same within a configuration, where a secret may be kept elsewhere. */
const ConfiguredKeySchema = z.looseObject({
  ...keyFields,
  private_key: SecretSchema.optional(),
  client_secret: SecretSchema.optional(),
  refresh_token: SecretSchema.optional(),
});

/** Keys of the source `gcp-monitoring`. */
export const GcpMonitoringSourceSchema = z.strictObject({
  project_id: z
    .string()
    .regex(/^[a-z0-9.:-]{1,128}$/, 'a project id or number')
    .optional()
    .meta({ description: 'GOOGLE_CLOUD_PROJECT unless given, else that of the credentials' }),
  endpoint: ApiUrlSchema.optional().meta({
    description: 'instead of https://monitoring.googleapis.com',
  }),
  credentials: ConfiguredKeySchema.optional().meta({
    description: 'what a key file holds; better is credentials_file, or no key at all',
  }),
  credentials_file: z.string().min(1).max(4_096).optional().meta({
    description:
      'key of a service account, or what gcloud writes; GOOGLE_APPLICATION_CREDENTIALS unless given, else the metadata server',
  }),
  metrics: z
    .array(z.union([MetricTypeSchema, GcpMetricSchema]))
    .max(100)
    .default([]),
  presets: z.array(z.enum(GCP_PRESETS)).optional().meta({
    description: 'sets of metrics; all of them where no metrics are given',
  }),
  namespaces: z.array(PlainNameSchema).max(200).default([]).meta({
    description: 'only these Kubernetes namespaces',
  }),
  filters: z
    .strictObject({ namespace: PlainNameSchema.optional(), cluster: PlainNameSchema.optional() })
    .optional()
    .meta({ description: 'only this Kubernetes namespace or cluster' }),
  per_container: z.boolean().default(false).meta({
    description: 'a workload for each container instead of one for each deployment',
  }),
  alignment_period: periodSeconds,
  lookback_minutes: lookbackMinutes(10),
  request_timeout: requestTimeout,
});
/** With its secrets. */
export type GcpMonitoringSourceConfig = Revealed<z.infer<typeof GcpMonitoringSourceSchema>>;
