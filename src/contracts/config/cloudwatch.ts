import * as z from 'zod';
import { METRIC_NAME } from '#core/series/metric-catalogue.ts';

/** CloudWatch's statistics: the five plain ones, percentiles, and trimmed or winsorised means. */
const STATISTIC =
  /^(Average|Sum|Minimum|Maximum|SampleCount|IQM|p(100|\d{1,2}(\.\d{1,10})?)|(tm|wm|tc|ts)\d{1,2}(\.\d{1,10})?)$/;

const SECONDS_AN_HOUR = 3_600;

/** Where one metric of a workload comes from in CloudWatch, and how it becomes Helios' unit. */
export const CloudWatchMetricSchema = z.strictObject({
  /** Such as `AWS/ECS`. */
  namespace: z.string().min(1).max(255),
  metric_name: z.string().min(1).max(255),
  /** All of them: CloudWatch finds a metric only by its whole set of dimensions. */
  dimensions: z
    .record(z.string().min(1).max(255), z.string().min(1).max(1_024))
    .refine((dimensions) => Object.keys(dimensions).length <= 30, 'at most 30 dimensions')
    .default({}),
  stat: z
    .string()
    .regex(STATISTIC, 'a statistic of CloudWatch, such as Average, Sum or p95')
    .default('Average'),
  /** What a value is multiplied by: 0.01 from percent, 1/300 from a five-minute Sum to a rate. */
  scale: z.number().positive().default(1),
  /** Whole minutes that divide an hour, so that hours can be summed up. */
  period_seconds: z
    .number()
    .int()
    .min(60)
    .max(SECONDS_AN_HOUR)
    .refine(
      (seconds) => seconds % 60 === 0 && SECONDS_AN_HOUR % seconds === 0,
      'whole minutes that divide an hour, such as 60 or 300',
    )
    .default(300),
});
export type CloudWatchMetric = z.infer<typeof CloudWatchMetricSchema>;

/** The metrics of one workload by their names in Helios. They share a period, since they share a grid. */
export const CloudWatchMappingSchema = z
  .record(z.string().regex(METRIC_NAME), CloudWatchMetricSchema)
  .refine((mapping) => Object.keys(mapping).length <= 22, 'at most 22 metrics a workload')
  .refine(
    (mapping) => new Set(Object.values(mapping).map((metric) => metric.period_seconds)).size <= 1,
    'the metrics of one workload have one period_seconds',
  );
export type CloudWatchMapping = z.infer<typeof CloudWatchMappingSchema>;
