import * as z from 'zod';
import { METRIC_NAME } from '#core/series/metric-catalogue.ts';
import { NAME_PART, workloadId, workloadKey } from '#core/workload.ts';
import { prometheusConnectionFields, ServerUrlSchema } from './prometheus.ts';

const NameSchema = z.string().regex(NAME_PART);

const MetricSchema = z.union([
  z.string().min(1).max(8_192).meta({ description: 'PromQL' }),
  z.strictObject({
    query: z.string().min(1).max(8_192).meta({ description: 'PromQL' }),
    counter: z.boolean().default(false).meta({
      description: 'a running total, of which Helios makes the rate',
    }),
    scale: z.number().positive().default(1).meta({ description: 'what values are multiplied by' }),
  }),
]);

/** A workload that is read from a server, each metric by an expression of its own. */
export const PrometheusWorkloadSchema = z.strictObject({
  deployment: NameSchema,
  namespace: NameSchema.default('default'),
  cluster: NameSchema.default('default'),
  container: NameSchema.default('*'),
  metrics: z
    .record(z.string().regex(METRIC_NAME), MetricSchema)
    .refine((metrics) => Object.keys(metrics).length >= 1, 'at least 1 metric')
    .refine((metrics) => Object.keys(metrics).length <= 22, 'at most 22 metrics a workload')
    .meta({
      description:
        'its metrics by their names in Helios; an expression answers one series an instance',
    }),
});
export type PrometheusWorkload = z.infer<typeof PrometheusWorkloadSchema>;

/** The part `prometheus:` of the configuration: servers that Helios itself reads, and what of them. */
export const PrometheusServersSchema = z
  .array(
    z.strictObject({
      url: ServerUrlSchema,
      ...prometheusConnectionFields,
      step: z
        .union([15, 30, 60, 300].map((seconds) => z.literal(seconds)))
        .default(60)
        .meta({ description: 'seconds between two values' }),
      settle: z.number().int().min(0).max(3_600).default(30).meta({
        description: 'seconds that a value is left to settle before it is read',
      }),
      backfill_days: z.number().min(0).max(35).default(14).meta({
        description: 'of the past of a workload that is new',
      }),
      workloads: z.array(PrometheusWorkloadSchema).min(1).max(1_000),
    }),
  )
  .max(20)
  .default([])
  .superRefine((servers, context) => {
    const seen = new Set<string>();
    for (const [i, { workloads }] of servers.entries()) {
      for (const [j, workload] of workloads.entries()) {
        const key = workloadKey(workloadId(workload));
        if (seen.has(key)) {
          const message = `the workload ${key} is configured twice`;
          context.addIssue({ code: 'custom', path: [i, 'workloads', j], message });
        }
        seen.add(key);
      }
    }
  });
export type PrometheusServers = z.infer<typeof PrometheusServersSchema>;
