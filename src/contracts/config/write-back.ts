import * as z from 'zod';
import { METRIC_NAME } from '#core/series/metric-catalogue.ts';
import { prometheusConnectionFields, ServerUrlSchema } from './prometheus.ts';

/** The families that are written back: names of `GET /metrics`. */
export const WRITTEN_FAMILIES = [
  'helios_predicted',
  'helios_anomaly_score',
  'helios_recommended_replicas',
  'helios_recommended_replicas_lower',
  'helios_recommended_replicas_upper',
  'helios_forecast_skill',
  'helios_open_incidents',
] as const;
export type WrittenFamily = (typeof WRITTEN_FAMILIES)[number];

/** Minutes ahead that are exported, the same everywhere. */
export const EXPORTED_HORIZONS_MINUTES = [15, 30, 60] as const;

/** The part `write_back:` of the configuration: results for whoever reads metrics and not an API. */
export const WriteBackConfigSchema = z
  .strictObject({
    cloudwatch: z
      .strictObject({
        enabled: z.boolean().default(false).meta({
          description:
            'predictions as custom metrics, on AWS only; scores and replicas are told by monitoring.measures',
        }),
        metrics: z
          .array(z.string().regex(METRIC_NAME))
          .max(22)
          .default(['request_rate', 'cpu_cores', 'cpu_utilization'])
          .meta({
            description: 'whose predictions; those that a workload does not have cost nothing',
          }),
        horizons_minutes: z
          .array(z.union(EXPORTED_HORIZONS_MINUTES.map((minutes) => z.literal(minutes))))
          .min(1)
          .max(EXPORTED_HORIZONS_MINUTES.length)
          .refine((minutes) => new Set(minutes).size === minutes.length, 'each horizon once')
          .default([...EXPORTED_HORIZONS_MINUTES])
          .meta({
            description:
              'CloudWatch asks for $0.30 a month for each metric, horizon and workload: 3 × 3 are $2.70 a workload',
          }),
      })
      .prefault({}),
    prometheus_remote_write: z
      .strictObject({
        url: ServerUrlSchema.meta({
          description: 'the whole address, e.g. http://prometheus:9090/api/v1/write',
        }),
        ...prometheusConnectionFields,
        families: z
          .array(z.enum(WRITTEN_FAMILIES))
          .min(1)
          .max(WRITTEN_FAMILIES.length)
          .default([...WRITTEN_FAMILIES]),
        labels: z
          .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/), z.string().max(256))
          .refine((labels) => Object.keys(labels).length <= 16, 'at most 16 labels')
          .refine((labels) => !('__name__' in labels), '__name__ is the family')
          .default({})
          .meta({ description: 'added to every series, e.g. cluster: eu-1 or replica: a' }),
      })
      .optional(),
  })
  .prefault({});
export type WriteBackConfig = z.infer<typeof WriteBackConfigSchema>;
export type RemoteWriteConfig = NonNullable<WriteBackConfig['prometheus_remote_write']>;
