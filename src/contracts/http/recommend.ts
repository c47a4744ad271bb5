import * as z from 'zod';
import { POLICY_LIMITS, policyFields, QuantitySchema, resourceFields } from '../config/scaling.ts';
import {
  LIMITS,
  ReasonSchema,
  TimestampSchema,
  WorkloadRefSchema,
  workloadFields,
} from './common.ts';
import { RightsizingBlockSchema } from './rightsizing.ts';

const ReplicasSchema = z.number().int().min(0).max(POLICY_LIMITS.maxReplicas);
/** 10 is a thousand per cent. */
const UtilizationSchema = z.number().min(0).max(10);

const PredictionPointSchema = z.strictObject({
  timestamp: TimestampSchema,
  value: UtilizationSchema,
  lower_bound: UtilizationSchema.nullable().optional(),
  upper_bound: UtilizationSchema.nullable().optional(),
});

export const RecommendRequestSchema = z.strictObject({
  ...workloadFields,
  current_replicas: ReplicasSchema.optional().meta({
    description: 'how many replicas there are; default: as measured, or as configured',
  }),
  current_state: z
    .strictObject({ replicas: ReplicasSchema.optional(), ...resourceFields })
    .optional()
    .meta({ description: 'the same with requests and limits, as the original code took them' }),
  ...resourceFields,
  ...policyFields,
  predictions: z.array(PredictionPointSchema).max(LIMITS.maxPeriods).optional().meta({
    description:
      'utilisation that the caller expects of the present replicas: it can add replicas, and keep them, never remove any',
  }),
  strategy: z.enum(['statistical', 'ml']).default('statistical').meta({
    description: 'how requests are computed: from what was used, or from what is forecast too',
  }),
  dry_run: z.boolean().default(false).meta({
    description: 'true leaves cooldowns as they are: nothing is written',
  }),
  explain: z.boolean().default(false).meta({ description: 'also show the arithmetic' }),
});
export type RecommendRequest = z.infer<typeof RecommendRequestSchema>;

export const ActionSchema = z.enum(['scale_out', 'scale_in', 'resize', 'no_action', 'investigate']);
export type RecommendedAction = z.infer<typeof ActionSchema>;

/** A measured frequency: how often statements of this kind have held, in how many cases. */
const measuredConfidence = {
  confidence: z.number().min(0).max(1).optional().meta({
    description:
      'share of backtest forecasts this far ahead whose 80 % band held what came; absent where nothing was measured',
  }),
  confidence_cases: z.number().int().optional(),
};

export const ActionItemSchema = z.strictObject({
  action: ActionSchema,
  target_replicas: z.number().int().optional(),
  target_cpu_request: z.string().optional(),
  target_memory_request: z.string().optional(),
  target_cpu_limit: z.string().optional(),
  target_memory_limit: z.string().optional(),
  ...measuredConfidence,
  reason: z.string(),
  reason_code: z.string(),
  estimated_savings_percent: z.number().optional().meta({
    description: 'share of the replicas that goes; negative when some are added',
  }),
});
export type ActionItem = z.infer<typeof ActionItemSchema>;

const DemandSchema = z.strictObject({
  metric: z.string(),
  unit: z.string(),
  /** Greatest demand at the quantile until lead time and one step have passed; null: no forecast may act. */
  value: z.number().nullable(),
  capacity_per_replica: z.number().nullable().meta({
    description: 'demand that uses one replica fully, in the unit of the metric',
  }),
  idle_utilization: z.number().nullable(),
  capacity_source: z.enum(['configured', 'learned', 'utilization', 'none']),
  fit: z
    .strictObject({ rows: z.number().int(), explained: z.number() })
    .nullable()
    .meta({ description: 'of a learned capacity: 1 is a perfect line' }),
});

const CostSchema = z.strictObject({
  price_per_replica_hour: z.number(),
  /** Negative is saved. */
  change_per_hour: z.number(),
  /** Of 730 hours. */
  change_per_month: z.number(),
});

export const RecommendationSchema = z.strictObject({
  workload: z.string(),
  namespace: z.string(),
  cluster: z.string(),
  container: z.string(),
  simulated: z.boolean(),
  timestamp: z.string(),
  current_state: z.strictObject({
    replicas: z.number().int().nullable(),
    replicas_source: z.enum(['request', 'measured', 'configured', 'unknown']),
    cpu_request: QuantitySchema.nullable(),
    memory_request: QuantitySchema.nullable(),
    cpu_limit: QuantitySchema.nullable(),
    memory_limit: QuantitySchema.nullable(),
  }),
  decision: z.enum(['act', 'hold']),
  actions: z.array(ActionItemSchema),
  target_replicas: z.number().int().nullable(),
  lower_replicas: z.number().int().nullable(),
  upper_replicas: z.number().int().nullable(),
  quantile: z.number(),
  lead_time_seconds: z.number(),
  p_short: z.number().nullable().meta({
    description:
      'probability, at most, that demand exceeds what the target can serve fully used, until lead time and one step have passed',
  }),
  measured: z
    .strictObject({
      at: z.string(),
      utilization: z.number(),
      replicas: z.number(),
      need: z.number().int().nullable(),
    })
    .nullable(),
  demand: DemandSchema.nullable(),
  predicted_utilization: z.number().nullable().meta({
    description: 'greatest expected utilisation of the present replicas within the horizon',
  }),
  time_horizon_minutes: z.number(),
  reasons: z.array(ReasonSchema),
  cost: CostSchema.nullable(),
  urgency: z.enum(['none', 'low', 'high', 'immediate']),
  execute_by: z.string().nullable(),
  valid_until: z.string(),
  rightsizing: RightsizingBlockSchema.nullable(),
  explanation: z.array(z.string()).optional(),
});
export type Recommendation = z.infer<typeof RecommendationSchema>;

/** The policy that decided: as asked for, else as configured, else its default; one word for each of `policyFields`. */
export const PolicyUsedSchema = z.strictObject({
  minimum_replicas: z.number().int(),
  maximum_replicas: z.number().int(),
  target_utilization: z.number(),
  scale_up_threshold: z.number(),
  scale_down_threshold: z.number(),
  scale_out_cooldown_seconds: z.number(),
  scale_in_cooldown_seconds: z.number(),
  scale_in_window_seconds: z.number(),
  scale_out_fraction: z.number(),
  scale_out_replicas: z.number().int(),
  scale_in_fraction: z.number(),
  quantile: z.number(),
  lead_time_seconds: z.number(),
  stale_after_seconds: z.number(),
});
export type PolicyUsed = z.infer<typeof PolicyUsedSchema>;

export const RecommendResponseSchema = z.strictObject({
  generated_at: z.string(),
  recommendations: z.array(RecommendationSchema),
  metadata: z.strictObject({
    cooldown_active: z.boolean(),
    target_utilization: z.number(),
    policy: PolicyUsedSchema,
    model: z.string().nullable(),
    model_version: z.string().nullable(),
    dry_run: z.boolean(),
  }),
});
export type RecommendResponse = z.infer<typeof RecommendResponseSchema>;

/** A recommendation as the scheduled scoring publishes it, for whoever scales: valid for minutes. */
export const PublishedRecommendationSchema = z.strictObject({
  workload: WorkloadRefSchema,
  simulated: z.boolean(),
  generated_at: z.string(),
  /** Nothing may act on it from then on. */
  valid_until: z.string(),
  action: ActionSchema,
  current_replicas: z.number().int().nullable(),
  /** Null when nothing is recommended: it is not the same as the present count being right. */
  target_replicas: z.number().int().nullable(),
  lower_replicas: z.number().int().nullable(),
  upper_replicas: z.number().int().nullable(),
  quantile: z.number(),
  lead_time_seconds: z.number(),
  p_short: z.number().nullable(),
  execute_by: z.string().nullable(),
  /** The quantile of demand it was computed from; null when measurements alone decided. */
  demand: z.strictObject({ metric: z.string(), value: z.number() }).nullable(),
  reasons: z.array(ReasonSchema),
});
export type PublishedRecommendation = z.infer<typeof PublishedRecommendationSchema>;

export const RecommendationQuerySchema = z.strictObject({
  ...workloadFields,
  from: TimestampSchema,
  to: TimestampSchema,
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

/** What the scheduled scoring has recommended: each change of the action or of its target. */
export const RecommendationListSchema = z.strictObject({
  workload: WorkloadRefSchema,
  simulated: z.boolean(),
  recommendations: z.array(PublishedRecommendationSchema),
});
