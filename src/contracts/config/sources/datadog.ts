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

/** The sets of queries that Helios brings along. */
export const DATADOG_PRESETS = ['hosts', 'containers'] as const;
export type DatadogPreset = (typeof DATADOG_PRESETS)[number];

/** Datadog's sites, by the names that its documents and the seeds use. */
export const DATADOG_SITES: Readonly<Record<string, string>> = {
  us1: 'datadoghq.com',
  us3: 'us3.datadoghq.com',
  us5: 'us5.datadoghq.com',
  eu1: 'datadoghq.eu',
  eu: 'datadoghq.eu',
  ap1: 'ap1.datadoghq.com',
  ap2: 'ap2.datadoghq.com',
  gov: 'ddog-gov.com',
};
const SITES = [...Object.keys(DATADOG_SITES), ...Object.values(DATADOG_SITES)];

const QueryTextSchema = z.string().min(1).max(4_096);

/** A query, or a formula over several, and what its answer is called. */
export const DatadogQuerySchema = z
  .strictObject({
    name: MetricNameSchema.meta({ description: 'the metric in Helios, e.g. request_rate' }),
    query: QueryTextSchema.optional().meta({
      description: 'a metric, or a query such as sum:trace.http.request.hits{*} by {service}',
    }),
    queries: z
      .record(z.string().regex(/^[a-z][a-z0-9_]{0,31}$/), QueryTextSchema)
      .optional()
      .meta({ description: 'queries by the names they have in the formula' }),
    formula: z.string().min(1).max(1_024).optional(),
    unit: UnitSchema.optional().meta({ description: 'of the answer, e.g. percent or ms' }),
  })
  .refine(
    ({ query, queries, formula }) =>
      query === undefined ? queries !== undefined && formula !== undefined : !queries && !formula,
    'either query, or queries and formula',
  );
export type DatadogQuery = z.infer<typeof DatadogQuerySchema>;

const keys = {
  api_key: SecretSchema.optional().meta({
    description: 'DD_API_KEY or DATADOG_API_KEY unless given',
  }),
  app_key: SecretSchema.optional().meta({
    description: 'DD_APP_KEY or DATADOG_APP_KEY unless given',
  }),
  application_key: SecretSchema.optional().meta({ description: 'the same as app_key' }),
};

/** Keys of the source `datadog`. */
export const DatadogSourceSchema = z.strictObject({
  site: z
    .string()
    .refine((site) => SITES.includes(site), `one of ${SITES.join(', ')}`)
    .optional()
    .meta({ description: 'DD_SITE unless given, else us1' }),
  endpoint: ApiUrlSchema.optional().meta({ description: 'instead of https://api.<site>' }),
  ...keys,
  credentials: z
    .strictObject(keys)
    .optional()
    .meta({ description: 'the seeds’ place for the keys' }),
  metrics: z.array(QueryTextSchema).max(100).default([]).meta({
    description: 'metrics by their names in Datadog, averaged by host',
  }),
  queries: z
    .array(z.union([QueryTextSchema, DatadogQuerySchema]))
    .max(100)
    .default([]),
  presets: z.array(z.enum(DATADOG_PRESETS)).optional().meta({
    description: 'sets of queries; all of them where neither queries nor metrics are given',
  }),
  namespaces: z.array(PlainNameSchema).max(200).default([]).meta({
    description: 'only these Kubernetes namespaces, in the containers preset',
  }),
  period_seconds: periodSeconds,
  lookback_minutes: lookbackMinutes(5),
  request_timeout: requestTimeout,
});
/** With its secrets. */
export type DatadogSourceConfig = Revealed<z.infer<typeof DatadogSourceSchema>>;
