import * as z from 'zod';
import type { SENSITIVITY_THRESHOLDS } from '#core/detect/severity.ts';
import {
  LIMITS,
  MetricNameSchema,
  ReasonSchema,
  TIMESTAMP_FORM,
  TimestampSchema,
  ValueSchema,
  WorkloadRefSchema,
  workloadFields,
} from './common.ts';
import { DirectionSchema, FoundIncidentSchema, SeveritySchema } from './incidents.ts';

/** What one request for detection may cost, beside `LIMITS`. */
export const DETECT_LIMITS = {
  /** Seven metrics over a week of five minutes, and some. */
  maxPoints: 20_000,
  maxLookbackMinutes: 10_080,
  /** Anomalies that are listed; all are counted. */
  maxAnomalies: 1_000,
} as const;

const SENSITIVITIES = [
  'low',
  'medium',
  'high',
] as const satisfies readonly (keyof typeof SENSITIVITY_THRESHOLDS)[];

const PointSchema = z.strictObject({ timestamp: TimestampSchema, value: ValueSchema.nullable() });

/** The form alone: what is checked for each of thousands of values is checked in one loop below. */
const PointFormSchema = z.strictObject({
  timestamp: z.string(TIMESTAMP_FORM).meta({ format: 'date-time' }),
  value: z.number().nullable(),
});
const TIMESTAMP = z.regexes.datetime({ offset: true });

/** Points in the order they were sent, as columns: thousands of objects would slow every answer. */
export interface GivenPoints {
  /** Milliseconds since 1970. */
  readonly times: Float64Array;
  /** NaN where the value is null. */
  readonly values: Float64Array;
}

const GivenPointsSchema = z.array(PointFormSchema).transform((points, context): GivenPoints => {
  const times = new Float64Array(points.length);
  const values = new Float64Array(points.length);
  for (let i = 0; i < points.length; i++) {
    const point = points[i] as z.infer<typeof PointFormSchema>;
    const { timestamp, value } = point;
    if (!TIMESTAMP.test(timestamp) || Math.abs(value ?? 0) > LIMITS.maxMagnitude) {
      for (const { message, path } of PointSchema.safeParse(point).error?.issues ?? []) {
        context.addIssue({ code: 'custom', message, path: [i, ...path], continue: true });
      }
    }
    times[i] = Date.parse(timestamp);
    values[i] = value ?? Number.NaN;
  }
  return { times, values };
});

const GivenMetricsSchema = z
  .record(MetricNameSchema, GivenPointsSchema)
  .refine((metrics) => {
    const count = Object.keys(metrics).length;
    return count >= 1 && count <= LIMITS.maxMetrics;
  }, `1 to ${LIMITS.maxMetrics} metrics`)
  .refine(
    (metrics) =>
      Object.values(metrics).reduce((sum, { times }) => sum + times.length, 0) <=
      DETECT_LIMITS.maxPoints,
    `${DETECT_LIMITS.maxPoints} points in all metrics together at most`,
  );

/** Points by metric, as a request sends them. */
export type GivenMetrics = z.infer<typeof GivenMetricsSchema>;

/** Whether a request brings its data along. */
export function hasPoints(
  metrics: readonly string[] | GivenMetrics | undefined,
): metrics is GivenMetrics {
  return metrics !== undefined && !Array.isArray(metrics);
}

/**
 * Two questions in one form: about the stored data of a workload (`metrics` left out, or their
 * names), or about data of the caller (`metrics` with points, the seeds' form).
 */
export const DetectRequestSchema = z
  .strictObject({
    ...workloadFields,
    metrics: z
      .union([z.array(MetricNameSchema).min(1).max(LIMITS.maxMetrics), GivenMetricsSchema])
      .optional()
      .meta({
        description:
          'names: these of the stored metrics (default: all); points by metric: judge these instead',
      }),
    lookback_minutes: z
      .number()
      .int()
      .min(1)
      .max(DETECT_LIMITS.maxLookbackMinutes)
      .optional()
      .meta({
        description: 'how much of the stored data is looked at, default 60',
      }),
    end: TimestampSchema.optional().meta({
      description: 'where the stored data looked at ends, default: with the newest',
    }),
    threshold_sigma: z.number().min(1).max(5).optional().meta({
      description: 'scores from here on are anomalies, default 2.5',
    }),
    sensitivity: z.enum(SENSITIVITIES).optional().meta({
      description: 'instead of threshold_sigma: low 3.0, medium 2.5, high 2.0',
    }),
    include_points: z.boolean().default(false).meta({
      description: 'also answer score, expected value and bounds of every point, for charts',
    }),
    explain: z.boolean().default(false).meta({
      description: 'also say which features made the expected value of the worst anomalies',
    }),
  })
  .refine(({ threshold_sigma, sensitivity }) => !(threshold_sigma && sensitivity), {
    message: 'threshold_sigma and sensitivity say the same thing: send one of them',
    path: ['sensitivity'],
  })
  .refine(({ metrics, lookback_minutes }) => !hasPoints(metrics) || !lookback_minutes, {
    message: 'lookback_minutes is for stored data; all points sent are looked at',
    path: ['lookback_minutes'],
  })
  .refine(({ metrics, end }) => !hasPoints(metrics) || !end, {
    message: 'end is for stored data; all points sent are looked at',
    path: ['end'],
  });
export type DetectRequest = z.infer<typeof DetectRequestSchema>;

const MetricShareSchema = z.strictObject({ metric: z.string(), share: z.number() });
const FeatureContributionSchema = z.strictObject({
  feature: z.string(),
  contribution: z.number().meta({ description: 'what it adds to the expected value' }),
});

export const AnomalySchema = z.strictObject({
  metric: z.string(),
  timestamp: z.string(),
  value: z.number(),
  expected_value: z.number().nullable(),
  lower_bound: z.number().nullable().meta({ description: 'usual values lie between the bounds' }),
  upper_bound: z.number().nullable(),
  anomaly_score: z.number(),
  direction: DirectionSchema.nullable(),
  severity: SeveritySchema.nullable().meta({ description: 'null below the least severity, 2' }),
  description: z.string(),
  detector: z.string().meta({ description: 'the detector with the highest score' }),
  contributions: z.array(z.union([MetricShareSchema, FeatureContributionSchema])).meta({
    description:
      'shares of the metrics that are anomalous at that time; features where explain was asked for',
  }),
});
export type Anomaly = z.infer<typeof AnomalySchema>;

/** Everything said of one metric, one number a step from `start` on. */
export const MetricPointsSchema = z.strictObject({
  start: z.string(),
  values: z.array(z.number().nullable()),
  expected_values: z.array(z.number().nullable()),
  lower_bounds: z.array(z.number().nullable()),
  upper_bounds: z.array(z.number().nullable()),
  anomaly_scores: z.array(z.number().nullable()),
});
export type MetricPoints = z.infer<typeof MetricPointsSchema>;

export const DetectResponseSchema = z.strictObject({
  workload: WorkloadRefSchema.nullable().meta({ description: 'null: none was named' }),
  simulated: z.boolean().meta({ description: 'true for the sample workload' }),
  analyzed_at: z.string(),
  data_as_of: z.string().nullable().meta({ description: 'time of the newest value looked at' }),
  step_seconds: z.number(),
  threshold: z.number(),
  detector_version: z.string().nullable().meta({ description: 'null: nothing was learned yet' }),
  trained_at: z.string().nullable(),
  is_anomaly: z.boolean(),
  anomaly_score: z
    .number()
    .nullable()
    .meta({ description: 'the highest; null: nothing was scored' }),
  severity: SeveritySchema.nullable(),
  contributing_features: z
    .array(FeatureContributionSchema)
    .meta({ description: 'the metrics of the worst anomaly with their shares' }),
  data_points_analyzed: z.number().int(),
  anomalies_detected: z.number().int(),
  anomalies: z.array(AnomalySchema).meta({ description: 'in order of time' }),
  incidents: z.array(FoundIncidentSchema).meta({ description: 'anomalies that belong together' }),
  summary: z.strictObject({
    status: z
      .enum(['healthy', 'attention', 'warning', 'critical', 'unknown'])
      .meta({ description: 'unknown: nothing could be scored, see reasons' }),
    anomaly_rate: z.number().meta({ description: 'anomalies / points analysed' }),
    by_severity: z.partialRecord(SeveritySchema, z.number().int()),
    by_metric: z.record(z.string(), z.number().int()),
    max_score: z.number().nullable(),
  }),
  points: z.record(z.string(), MetricPointsSchema).optional(),
  reasons: z.array(ReasonSchema),
});
export type DetectResponse = z.infer<typeof DetectResponseSchema>;
