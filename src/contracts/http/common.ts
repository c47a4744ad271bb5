import * as z from 'zod';
import { METRIC_NAME } from '#core/series/metric-catalogue.ts';
import { NAME_PART } from '#core/workload.ts';

/** Limits of the HTTP API: together they bound what one request can cost. */
export const LIMITS = {
  maxRequestBytes: 1_048_576,
  maxResponseBytes: 5_242_880,
  timeoutMs: 29_000,
  maxPeriods: 2_016,
  maxQuantiles: 21,
  maxHistory: 10_000,
  maxSamples: 10_000,
  maxMetrics: 22,
  maxPageSize: 1_000,
  maxMagnitude: 1e30,
} as const;

/** A measured value. No unit needs more, and sums of squares of these are still finite. */
export const ValueSchema = z.number().min(-LIMITS.maxMagnitude).max(LIMITS.maxMagnitude);

export const MetricNameSchema = z
  .string()
  .regex(METRIC_NAME, 'a metric name is a lower-case letter, then up to 63 of a-z, 0-9 and _')
  .meta({
    description: 'a metric, e.g. cpu_utilization; cpu, memory, requests and rps are aliases',
  });

const NamePartSchema = z
  .string()
  .regex(NAME_PART, 'a name is 1-128 letters, digits, dots, dashes and underscores');

/** What is said of a time that is none. */
export const TIMESTAMP_FORM = 'a time is ISO 8601 with a zone, e.g. 2026-01-01T00:00:00Z';

/** Times on the wire are ISO 8601 with a zone; one without a zone is refused, never guessed. */
export const TimestampSchema = z.iso.datetime({ offset: true, error: TIMESTAMP_FORM });

/** Which workload is meant. The seeds' words are understood: `workload` and `container_name`. */
export const workloadFields = {
  deployment: NamePartSchema.optional().meta({ description: 'name of the deployment' }),
  workload: NamePartSchema.optional().meta({ description: 'the same as deployment' }),
  namespace: NamePartSchema.optional().meta({ description: 'default: default' }),
  cluster: NamePartSchema.optional().meta({ description: 'default: default' }),
  container: NamePartSchema.optional().meta({ description: 'default: *, the whole deployment' }),
  container_name: NamePartSchema.optional().meta({ description: 'the same as container' }),
};
export const WorkloadSelectorSchema = z.strictObject(workloadFields);
export type WorkloadSelector = z.infer<typeof WorkloadSelectorSchema>;

/** A workload as answers name it. */
export const WorkloadRefSchema = z.strictObject({
  cluster: z.string(),
  namespace: z.string(),
  deployment: z.string(),
  container: z.string(),
});
export type WorkloadRef = z.infer<typeof WorkloadRefSchema>;

/** Why an answer is as it is: a stable code, a sentence, and the numbers behind it. */
export const ReasonSchema = z.strictObject({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type Reason = z.infer<typeof ReasonSchema>;

/** Every error of the API has this form. */
export const ErrorEnvelopeSchema = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()),
    hint: z.string(),
  }),
  request_id: z.string(),
});
export type ErrorEnvelope = z.infer<typeof ErrorEnvelopeSchema>;

export const UnitSchema = z.enum([
  'ratio',
  'cores',
  'bytes',
  'bytes_per_second',
  'per_second',
  'seconds',
  'count',
  'unspecified',
]);
