import * as z from 'zod';
import { ReasonSchema, WorkloadRefSchema, workloadFields } from './common.ts';

/** Periods that costs are told of. */
export const COST_PERIODS = ['1h', '24h', '7d', '30d', '90d'] as const;
export type CostPeriod = (typeof COST_PERIODS)[number];

const period = z.enum(COST_PERIODS).default('30d');

export const CostQuerySchema = z.strictObject({ ...workloadFields, period });
export type CostQuery = z.infer<typeof CostQuerySchema>;

export const BudgetQuerySchema = z.strictObject({
  ...workloadFields,
  monthly_budget: z.coerce.number().positive().max(1e12).optional().meta({
    description: 'judge this budget of the workloads selected, instead of those configured',
  }),
});
export type BudgetQuery = z.infer<typeof BudgetQuerySchema>;

const Amount = z.number().nullable();

const PriceSchema = z.strictObject({
  per_replica_hour: z.number(),
  per_request: z.number(),
  basis: z.string(),
  as_of: z.string().nullable().meta({ description: 'when the list price was read' }),
  source: z.string().nullable(),
});

/** Time that a number speaks of: costs of time nobody observed are not in it. */
const coveredFields = {
  covered_seconds: z.number(),
  uncovered_seconds: z.number(),
};

const headFields = {
  generated_at: z.string(),
  currency: z.literal('USD'),
  from: z.string(),
  to: z.string(),
};

const periodFields = { ...headFields, period: z.enum(COST_PERIODS) };

export const WorkloadCostSchema = z.strictObject({
  workload: WorkloadRefSchema,
  simulated: z.boolean(),
  cost: Amount.meta({ description: 'null: no price, or no replicas known; see reasons' }),
  replica_hours: z.number(),
  mean_replicas: Amount,
  most_replicas: Amount,
  requests: Amount.meta({ description: 'where they are paid for' }),
  ...coveredFields,
  price: PriceSchema.nullable(),
  reasons: z.array(ReasonSchema),
});
export type WorkloadCost = z.infer<typeof WorkloadCostSchema>;

export const CostResponseSchema = z.strictObject({
  ...periodFields,
  total: Amount.meta({ description: 'of the workloads whose cost is known' }),
  unknown: z.number().int().meta({ description: 'workloads whose cost is not known' }),
  workloads: z.array(WorkloadCostSchema),
});
export type CostResponse = z.infer<typeof CostResponseSchema>;

export const CostSummarySchema = z.strictObject({
  ...periodFields,
  total: Amount,
  unknown: z.number().int(),
  namespaces: z.array(
    z.strictObject({
      cluster: z.string(),
      namespace: z.string(),
      simulated: z.boolean().meta({ description: 'all of it is' }),
      cost: Amount,
      replica_hours: z.number(),
      workloads: z.number().int(),
      unknown: z.number().int(),
      ...coveredFields,
    }),
  ),
});
export type CostSummary = z.infer<typeof CostSummarySchema>;

export const SavingSchema = z.strictObject({
  workload: WorkloadRefSchema,
  simulated: z.boolean(),
  recommended_at: z.string(),
  followed_at: z.string(),
  until: z.string(),
  open: z.boolean().meta({ description: 'it still holds' }),
  before_replicas: z.number(),
  target_replicas: z.number(),
  held_seconds: z.number(),
  replica_hours: z.number().meta({ description: 'negative: more replicas than before' }),
  saved: Amount.meta({ description: 'negative: scaling up has cost this' }),
});
export type SavingInfo = z.infer<typeof SavingSchema>;

export const SavingsResponseSchema = z.strictObject({
  ...periodFields,
  follow_within_seconds: z.number(),
  saved: Amount.meta({ description: 'scaling up counted against scaling down' }),
  recommendations: z.number().int().meta({ description: 'that asked for a change' }),
  followed: z.number().int(),
  savings: z.array(SavingSchema),
  reasons: z.array(ReasonSchema),
});
export type SavingsResponse = z.infer<typeof SavingsResponseSchema>;

const UseSchema = z.strictObject({
  mean: z.number().meta({ description: 'of what is allocated; 1 is all of it' }),
  p95: z.number().meta({ description: 'of older days by hourly means' }),
  of: z.string().meta({ description: 'the metric, and what it is a share of' }),
});

export const EfficiencyRowSchema = z.strictObject({
  workload: WorkloadRefSchema,
  simulated: z.boolean(),
  cpu: UseSchema.nullable(),
  memory: UseSchema.nullable(),
  status: z.enum(['oversized', 'fitting', 'undersized']).nullable(),
  cost: Amount,
  idle_cost: Amount.meta({
    description:
      'cost of the share that neither CPU nor memory has used: cost x (1 - greater mean)',
  }),
  reasons: z.array(ReasonSchema),
});
export type EfficiencyRow = z.infer<typeof EfficiencyRowSchema>;

export const EfficiencyResponseSchema = z.strictObject({
  ...periodFields,
  cost: Amount,
  idle_cost: Amount,
  workloads: z.array(EfficiencyRowSchema),
});
export type EfficiencyResponse = z.infer<typeof EfficiencyResponseSchema>;

export const CostForecastSchema = z.strictObject({
  ...periodFields,
  total: Amount,
  unknown: z.number().int(),
  workloads: z.array(
    z.strictObject({
      workload: WorkloadRefSchema,
      simulated: z.boolean(),
      cost: Amount,
      method: z.enum(['forecast', 'run_rate']).nullable().meta({
        description: 'forecast: of the replicas; run_rate: the last week goes on',
      }),
      per_hour: Amount.meta({ description: 'what an hour has cost over the last week' }),
      reasons: z.array(ReasonSchema),
    }),
  ),
});
export type CostForecast = z.infer<typeof CostForecastSchema>;

export const BudgetResponseSchema = z.strictObject({
  ...headFields,
  budgets: z.array(
    z.strictObject({
      scope: z.string().meta({ description: 'the workloads it is for' }),
      workloads: z.number().int(),
      unknown: z.number().int(),
      monthly_budget: z.number(),
      spent: Amount.meta({ description: 'of the workloads whose cost is known; null: of none' }),
      remaining: Amount,
      spent_share: Amount,
      elapsed_share: z.number(),
      burn_rate_daily: Amount,
      projected: Amount.meta({ description: 'by the end of the month (UTC), if it goes on so' }),
      overage_projected: Amount,
      days_to_exhaustion: Amount,
      status: z.enum(['on_track', 'over_at_this_rate', 'exhausted', 'unknown']),
      ...coveredFields,
    }),
  ),
  reasons: z.array(ReasonSchema),
});
export type BudgetResponse = z.infer<typeof BudgetResponseSchema>;
