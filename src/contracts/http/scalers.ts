import * as z from 'zod';
import { MetricNameSchema, ReasonSchema, WorkloadRefSchema, workloadFields } from './common.ts';

/** Prometheus' text exposition format, as scrapers ask for it. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Which workloads a scrape is about; all of them when nothing is named. */
export const ExportQuerySchema = z.strictObject(workloadFields);
export type ExportQuery = z.infer<typeof ExportQuerySchema>;

/** Described by its own format, not by us. */
export const ExpositionSchema = z.string();

/** The number that a scaler is given when it names no metric. */
export const RECOMMENDED_REPLICAS = 'recommended_replicas';

export const KedaQuerySchema = z.strictObject({
  namespace: workloadFields.namespace,
  cluster: workloadFields.cluster,
  container: workloadFields.container,
  metric: MetricNameSchema.default(RECOMMENDED_REPLICAS).meta({
    description: `${RECOMMENDED_REPLICAS}, or a metric whose predicted load is asked for`,
  }),
  horizon_minutes: z.coerce.number().int().min(1).max(1_440).default(15).meta({
    description: 'how far ahead: the greatest value until then, for a metric',
  }),
  bound: z.enum(['lower', 'point', 'upper']).default('upper').meta({
    description: 'which path of the forecast, for a metric',
  }),
});
export type KedaQuery = z.infer<typeof KedaQuerySchema>;

/** What KEDA reads with `valueLocation: value`. */
export const KedaMetricSchema = z.strictObject({
  value: z.number(),
  metric: z.string(),
  workload: WorkloadRefSchema,
  simulated: z.boolean(),
  generated_at: z.string(),
  valid_until: z.string(),
  reasons: z.array(ReasonSchema),
});
export type KedaMetric = z.infer<typeof KedaMetricSchema>;
