import * as z from 'zod';
import {
  LIMITS,
  MetricNameSchema,
  ReasonSchema,
  UnitSchema,
  WorkloadRefSchema,
  workloadFields,
} from './common.ts';
import { CoverageSchema } from './predict.ts';

/** A limit: a number in the metric's unit, or a share of a ratio such as `90%`. */
const LimitSchema = z
  .string()
  .max(32)
  .regex(/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?\s*%?$/, 'a limit is a number, e.g. 0.9 or 90%')
  .transform((text) => ({
    value: text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text),
    isShare: text.endsWith('%'),
  }))
  .refine(({ value }) => Math.abs(value) <= LIMITS.maxMagnitude, 'the limit is too large')
  .meta({ description: "in the metric's unit; of a ratio also as a share such as 90%" });

/** How far forecasts by the hour reach. */
export const WHEN_LIMITS = { maxHours: 720 } as const;

export const WhenQuerySchema = z
  .strictObject({
    ...workloadFields,
    metric: MetricNameSchema,
    above: LimitSchema.optional(),
    below: LimitSchema.optional(),
    horizon_hours: z.coerce.number().int().min(1).max(WHEN_LIMITS.maxHours).default(720).meta({
      description: 'how far ahead to look: 30 days at most',
    }),
  })
  .refine(({ above, below }) => (above === undefined) !== (below === undefined), {
    error: 'give one limit: above or below',
    path: ['above'],
  });
export type WhenQuery = z.output<typeof WhenQuerySchema>;

export const WHEN_STATUSES = [
  'beyond_now',
  'expected',
  'possible',
  'not_within_horizon',
  'unknown',
] as const;

export const WhenResponseSchema = z.strictObject({
  workload: WorkloadRefSchema,
  simulated: z.boolean().meta({ description: 'true for the sample workload' }),
  metric: z.string(),
  unit: UnitSchema,
  side: z.enum(['above', 'below']),
  limit: z.number(),
  generated_at: z.string(),
  data_as_of: z.string(),
  valid_until: z.string(),
  status: z.enum(WHEN_STATUSES).meta({
    description:
      'expected: more likely than not within the horizon; possible: with a smaller probability; unknown: the forecast has no interval',
  }),
  current: z
    .strictObject({ timestamp: z.string(), value: z.number() })
    .nullable()
    .meta({ description: 'the newest value measured' }),
  horizon_until: z.string(),
  probability: z
    .number()
    .nullable()
    .meta({ description: 'of crossing it within the horizon, at least; null: no interval' }),
  smallest_probability: z
    .number()
    .nullable()
    .meta({ description: 'what is less likely than this counts as 0 here' }),
  crossing: z
    .array(
      z.strictObject({
        quantile: z.number(),
        at: z.string().nullable().meta({ description: 'null: not within the horizon' }),
        seconds: z.number().nullable(),
      }),
    )
    .meta({ description: 'by when it has been crossed, with this probability at least' }),
  distribution: z
    .array(z.strictObject({ timestamp: z.string(), probability: z.number() }))
    .meta({ description: 'where the probability of having crossed it rises' }),
  forecasts: z.array(
    z.strictObject({
      step_seconds: z.number(),
      until: z.string(),
      model: z.string(),
      version: z.string().nullable(),
      stage: z.enum(['champion', 'candidate', 'none']),
      coverage: z.array(CoverageSchema),
    }),
  ),
  reasons: z.array(ReasonSchema),
});
export type WhenResponse = z.infer<typeof WhenResponseSchema>;
