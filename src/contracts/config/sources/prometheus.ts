import * as z from 'zod';
import { METRIC_NAME } from '#core/series/metric-catalogue.ts';
import {
  PrometheusAuthSchema,
  prometheusConnectionFields,
  ServerUrlSchema,
} from '../prometheus.ts';
import { SecretSchema } from './common.ts';

/** The sets of queries that Helios brings along. */
export const PROMETHEUS_PRESETS = ['containers', 'pods', 'nodes', 'http'] as const;
export type PrometheusPreset = (typeof PROMETHEUS_PRESETS)[number];

const LabelNameSchema = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'a label name');
const LabelsSchema = z.union([
  LabelNameSchema.transform((name) => [name]),
  z.array(LabelNameSchema).min(1).max(16),
]);

/** Labels that name each part of a workload, tried before the usual ones. */
const MappingSchema = z.strictObject({
  cluster: LabelsSchema.optional(),
  namespace: LabelsSchema.optional(),
  deployment: LabelsSchema.optional(),
  container: LabelsSchema.optional(),
  instance: LabelsSchema.optional(),
});
export type LabelMapping = z.infer<typeof MappingSchema>;

const ExpressionSchema = z.string().min(1).max(8_192);

/** One query, and what its answer is called. */
export const PrometheusQuerySchema = z.strictObject({
  name: z
    .string()
    .regex(METRIC_NAME, 'a metric’s name: small letters, digits, _; a letter first')
    .meta({ description: 'the metric in Helios, e.g. request_rate' }),
  query: ExpressionSchema.meta({ description: 'PromQL' }),
  counter: z.boolean().default(false).meta({
    description: 'the values are a running total: Helios makes the rate, resets included',
  }),
  scale: z.number().positive().default(1).meta({
    description: 'what values are multiplied by, e.g. 0.01 from percent',
  }),
  mapping: MappingSchema.optional(),
});
export type PrometheusQuery = z.infer<typeof PrometheusQuerySchema>;

/** Keys of the source `prometheus`: any server with its HTTP API. */
export const PrometheusSourceSchema = z
  .strictObject({
    url: ServerUrlSchema.optional(),
    endpoint: ServerUrlSchema.optional().meta({ description: 'the seeds’ word for url' }),
    ...prometheusConnectionFields,
    auth: PrometheusAuthSchema.optional(),
    api_key: SecretSchema.optional().meta({
      description: 'the seeds’ word for a bearer token',
    }),
    credentials: z
      .strictObject({
        username: z.string().min(1).max(256).optional(),
        password: SecretSchema.optional(),
        token: SecretSchema.optional(),
      })
      .optional()
      .meta({ description: 'the seeds’ word for auth: username and password, or token' }),
    queries: z
      .array(z.union([ExpressionSchema, PrometheusQuerySchema]))
      .max(100)
      .default([]),
    metrics: z
      .array(z.string().regex(/^[A-Za-z_:][A-Za-z0-9_:]{0,127}$/, 'a metric’s name in Prometheus'))
      .max(100)
      .default([])
      .meta({ description: 'metrics by their names in Prometheus, every series of each' }),
    presets: z.array(z.enum(PROMETHEUS_PRESETS)).optional().meta({
      description: 'sets of queries; all of them where neither queries nor metrics are given',
    }),
    namespaces: z
      .array(z.string().regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$/))
      .max(200)
      .default([])
      .meta({ description: 'only these Kubernetes namespaces' }),
    mapping: MappingSchema.prefault({}),
    step: z.number().int().min(1).max(3_600).default(60).meta({
      description: 'seconds between two values; below 60 they are kept for 2 days instead of 35',
    }),
    rate_window: z.number().int().min(10).max(3_600).default(300).meta({
      description: 'seconds that rates of the presets look back: four scrapes or more',
    }),
    settle: z.number().int().min(0).max(3_600).default(30).meta({
      description: 'seconds that a value is left to settle before it is read',
    }),
    max_points: z.number().int().min(10).max(11_000).default(11_000).meta({
      description: 'values of a series in one request; Prometheus allows 11,000',
    }),
    max_concurrent: z.number().int().min(1).max(16).default(4),
    max_answer_mb: z.number().min(1).max(512).default(64),
  })
  .refine(({ url, endpoint }) => (url === undefined) !== (endpoint === undefined), {
    path: ['url'],
    error: 'one of url and endpoint is needed',
  })
  .refine(
    ({ auth, api_key, credentials }) =>
      [auth, api_key, credentials].filter((each) => each !== undefined).length <= 1,
    { path: ['auth'], error: 'auth, api_key and credentials exclude each other' },
  );
export type PrometheusSourceConfig = z.infer<typeof PrometheusSourceSchema>;
