import * as z from 'zod';
import { SEVERITIES } from '#core/detect/severity.ts';
import { LIMITS, TimestampSchema, WorkloadRefSchema, workloadFields } from './common.ts';

export const SeveritySchema = z.enum(SEVERITIES);

/** On which side of what was expected. */
export const DirectionSchema = z.enum(['above', 'below']);

/** One metric's part in an incident, as it was when its score was highest. */
export const IncidentMetricSchema = z.strictObject({
  metric: z.string(),
  score: z
    .number()
    .meta({ description: 'its highest score: low 2, medium 2.5, high 3, critical 4' }),
  share: z.number().min(0).max(1).meta({ description: 'of the scores of all metrics' }),
  value: z.number().nullable(),
  expected_value: z.number().nullable(),
  lower_bound: z.number().nullable().meta({ description: 'usual values lie between the bounds' }),
  upper_bound: z.number().nullable(),
  direction: DirectionSchema.nullable(),
});
export type IncidentMetric = z.infer<typeof IncidentMetricSchema>;

/** What went wrong when, whoever asks: the part that stored and newly found incidents share. */
const incidentFields = {
  start: z.string().meta({ description: 'the first anomalous time' }),
  end: z.string().nullable().meta({ description: 'null while it is open' }),
  opened_at: z.string().meta({ description: 'when there was enough evidence to tell anybody' }),
  peak: z.strictObject({ at: z.string(), score: z.number(), metric: z.string().nullable() }),
  severity: SeveritySchema,
  direction: z.enum([...DirectionSchema.options, 'mixed']).nullable(),
  state: z.enum(['open', 'closed']),
  ended_because: z.enum(['recovered', 'new_level', 'no_data']).nullable().meta({
    description:
      'new_level: values stay where they went, which is usual from now on; no_data: none came',
  }),
  metrics: z.array(IncidentMetricSchema).meta({ description: 'most responsible first' }),
  detectors: z.array(z.string()),
  message: z.string().meta({ description: 'one sentence' }),
};

/** An incident that a request has found in the data it looked at. Not stored. */
export const FoundIncidentSchema = z.strictObject(incidentFields);
export type FoundIncident = z.infer<typeof FoundIncidentSchema>;

/** What somebody said of an incident. */
export const FeedbackSchema = z.strictObject({
  label: z.enum(['expected', 'anomaly']),
  by: z.string().meta({ description: 'who said so; helios: concluded from earlier feedback' }),
  at: z.string(),
  note: z.string().nullable(),
});
export type Feedback = z.infer<typeof FeedbackSchema>;

/** One incident of a workload, as the scheduled scoring keeps it. */
export const IncidentSchema = z.strictObject({
  id: z.string().meta({ description: 'cluster~namespace~deployment~container~start' }),
  workload: WorkloadRefSchema,
  simulated: z.boolean(),
  ...incidentFields,
  feedback: FeedbackSchema.nullable(),
});
export type Incident = z.infer<typeof IncidentSchema>;

export const IncidentListSchema = z.strictObject({ incidents: z.array(IncidentSchema) });

/** One incident, and what was put live before it and while it lasted. */
export const IncidentDetailSchema = z.strictObject({
  incident: IncidentSchema,
  deployments: z.strictObject({
    from: z.string().meta({ description: 'looked at from then on, six hours before it' }),
    to: z.string().meta({ description: 'until its end, or until now' }),
    at: z.array(z.string()).meta({ description: 'when each went live, in order of time' }),
  }),
});
export type IncidentDetail = z.infer<typeof IncidentDetailSchema>;

export const IncidentQuerySchema = z
  .strictObject({
    ...workloadFields,
    state: z.enum(['open', 'closed', 'all']).default('all'),
    severity: SeveritySchema.optional().meta({ description: 'this severity or worse' }),
    from: TimestampSchema.optional().meta({ description: 'started at this time or later' }),
    to: TimestampSchema.optional().meta({ description: 'started before this time' }),
    limit: z.coerce.number().int().min(1).max(LIMITS.maxPageSize).default(100),
  })
  .refine(({ from, to }) => !from || !to || Date.parse(from) < Date.parse(to), {
    message: 'from must be before to',
    path: ['from'],
  });
export type IncidentQuery = z.output<typeof IncidentQuerySchema>;

export const FeedbackRequestSchema = z.strictObject({
  label: z.enum([...FeedbackSchema.shape.label.options, 'none']).meta({
    description:
      'expected: known and no problem, so it no longer counts as open; none: takes back what was said',
  }),
  note: z.string().max(500).optional(),
  by: z.string().min(1).max(128).optional().meta({
    description: 'who says so, where the caller is not known by its credentials',
  }),
});
export type FeedbackRequest = z.infer<typeof FeedbackRequestSchema>;
