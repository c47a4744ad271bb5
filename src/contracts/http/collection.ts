import * as z from 'zod';
import { SERIES_VALUES } from '#core/collect/cadence.ts';
import { LIMITS, TimestampSchema, WorkloadRefSchema } from './common.ts';

const CountSchema = z.number().int().min(0);

/** What last went wrong at a source. */
const SourceProblemSchema = z.strictObject({
  at: TimestampSchema,
  /** One of the error codes; `INCOMPLETE` where a workload was read, but not all of it. */
  code: z.string(),
  message: z.string(),
  /** The workload it was noticed with, where it was one. */
  workload: z.string().nullable(),
});

export const SourceSchema = z.strictObject({
  name: z.string().meta({ description: 'who delivers, e.g. cloudwatch, agent, system' }),
  workloads: CountSchema,
  /** When it was last read with success; null for what is sent to Helios. */
  last_success: TimestampSchema.nullable(),
  last_problem: SourceProblemSchema.nullable(),
  data_as_of: TimestampSchema.nullable().meta({ description: 'time of its newest observation' }),
  data_age_seconds: z.number().int().min(0).nullable(),
  requested_metrics: CountSchema.nullable().meta({
    description: 'this month, of a source that charges for them',
  }),
});

/** Answer of `GET /api/v1/sources`. */
export const SourceListSchema = z.strictObject({
  generated_at: TimestampSchema,
  sources: z.array(SourceSchema),
});
export type SourceList = z.infer<typeof SourceListSchema>;

/** A series that is not read as often as it should be. */
const LoweredSchema = z.strictObject({
  workload: WorkloadRefSchema,
  metric: z.string(),
  value: z.enum(SERIES_VALUES),
  every_seconds: z.number().int().positive().nullable().meta({
    description: 'from one read to the next; null: not read before the month is over',
  }),
  instead_of_seconds: z.number().int().positive(),
  reason: z.string(),
});

/** Answer of `GET /api/v1/budget`. */
export const CollectionBudgetSchema = z.strictObject({
  generated_at: TimestampSchema,
  month: z.string().meta({ description: 'a calendar month in UTC, e.g. 2026-11' }),
  budget_usd: z.number(),
  spent_usd: z.number(),
  projected_usd: z.number().nullable().meta({
    description: 'by the end of the month, with the cadences planned; null before the first plan',
  }),
  /** Without a budget; null before the first plan. */
  wanted_usd: z.number().nullable(),
  usd_per_thousand_metrics: z.number(),
  requested_metrics: CountSchema,
  refused_metrics: CountSchema.meta({ description: 'not requested, since the budget was spent' }),
  allowed_metrics: CountSchema,
  watched_workloads: CountSchema,
  watched_series: CountSchema,
  lowered_series: CountSchema,
  lowered: z
    .array(LoweredSchema)
    .max(LIMITS.maxPageSize)
    .meta({ description: 'the least valuable first, at most 1000 of them' }),
  planned_at: TimestampSchema.nullable(),
  status: z.enum(['within', 'lowered', 'spent']),
  reason: z.string(),
});
export type CollectionBudget = z.infer<typeof CollectionBudgetSchema>;
