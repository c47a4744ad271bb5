import * as z from 'zod';
import { MetricNameSchema } from '../http/common.ts';
import { selectorFields } from './events.ts';

/** Entries a configuration may hold: each recommendation looks at all that apply to its workload. */
export const MAX_SCALING = 1_000;
/** Bounds of the policies that requests and configurations may ask for. */
export const POLICY_LIMITS = { maxReplicas: 100_000, maxSeconds: 86_400, maxPrice: 1e6 } as const;

const ReplicasSchema = z.number().int().min(1).max(POLICY_LIMITS.maxReplicas);
const SecondsSchema = z.number().int().min(0).max(POLICY_LIMITS.maxSeconds);
const PriceSchema = z.number().min(0).max(POLICY_LIMITS.maxPrice);

/** How much of what a Kubernetes container may ask for, as its manifest writes it. */
export const QuantitySchema = z
  .string()
  .max(32)
  .regex(
    /^\d+(\.\d+)?([eE][+-]?\d{1,3}|[numkMGTPE]|[KMGTPE]i)?$/,
    'a quantity is written as Kubernetes does, e.g. 250m, 1.5, 512Mi',
  );

/** Requests and limits of one replica as they are now. */
export const resourceFields = {
  cpu_request: QuantitySchema.optional(),
  memory_request: QuantitySchema.optional(),
  cpu_limit: QuantitySchema.optional(),
  memory_limit: QuantitySchema.optional(),
};

/** A scaling policy as configurations and requests say it; what is left out has its default. */
export const policyFields = {
  minimum_replicas: ReplicasSchema.optional().meta({ description: 'default: 1' }),
  maximum_replicas: ReplicasSchema.optional().meta({
    description: 'default: 100, or as many as there are where that is more',
  }),
  target_utilization: z.number().min(0.1).max(0.95).optional().meta({
    description: 'utilisation that replicas are planned for; default: 0.7',
  }),
  scale_up_threshold: z.number().min(0.1).max(2).optional().meta({
    description: 'a forecast adds replicas above this utilisation; default: 0.85',
  }),
  scale_down_threshold: z.number().min(0).max(0.95).optional().meta({
    description: 'replicas go only below this utilisation, measured and forecast; default: 0.3',
  }),
  scale_out_cooldown_seconds: SecondsSchema.optional().meta({ description: 'default: 300' }),
  scale_in_cooldown_seconds: SecondsSchema.optional().meta({ description: 'default: 300' }),
  scale_in_window_seconds: SecondsSchema.optional().meta({
    description: 'low load must have lasted, and be expected to last, so long; default: 1800',
  }),
  scale_out_fraction: z.number().min(0).max(10).optional().meta({
    description: 'a forecast adds at most this share of the replicas at once; default: 1',
  }),
  scale_out_replicas: ReplicasSchema.optional().meta({
    description: 'or this many, where that is more; default: 4',
  }),
  scale_in_fraction: z.number().min(0).max(1).optional().meta({
    description: 'at most this share goes at once, or one replica; default: 0.25',
  }),
  preset: z.enum(['savings', 'balanced', 'reliability']).optional().meta({
    description: 'quantile of demand: savings 0.75, balanced 0.9 (default), reliability 0.98',
  }),
  prices: z
    .strictObject({ unit_hour: PriceSchema, minute_short: PriceSchema })
    .refine(({ unit_hour, minute_short }) => unit_hour + minute_short > 0, {
      error: 'one of the prices is above 0',
    })
    .optional()
    .meta({
      description:
        'instead of a preset: the quantile that is cheapest at a price per replica-hour and one per minute short of a replica',
    }),
  lead_time_seconds: z.number().int().min(0).max(7_200).optional().meta({
    description: 'how long a new replica takes until it serves; default: 300',
  }),
  stale_after_seconds: z.number().int().min(1).max(POLICY_LIMITS.maxSeconds).optional().meta({
    description: 'nothing acts on older measurements; default: 900, or three steps',
  }),
  demand: z
    .strictObject({
      metric: MetricNameSchema,
      per_replica: z.number().positive().max(1e15).optional().meta({
        description: 'demand that uses one replica fully; learned from history unless given',
      }),
    })
    .optional()
    .meta({ description: 'what load is measured in; default: request_rate, cpu_cores, or CPU' }),
  utilization_metric: MetricNameSchema.optional().meta({ description: 'default: cpu_utilization' }),
  price_per_replica_hour: PriceSchema.optional(),
};

/** What contradicts itself in one set of policy fields; undefined when nothing does. */
export function contradictionOf(policy: {
  readonly minimum_replicas?: number | undefined;
  readonly maximum_replicas?: number | undefined;
  readonly scale_up_threshold?: number | undefined;
  readonly scale_down_threshold?: number | undefined;
  readonly preset?: string | undefined;
  readonly prices?: unknown;
}): string | undefined {
  const { minimum_replicas: least = 1, maximum_replicas: most = Infinity } = policy;
  if (least > most) return `minimum_replicas ${least} is above maximum_replicas ${most}`;
  const { scale_up_threshold: up = Infinity, scale_down_threshold: down = 0 } = policy;
  if (down > up) return `scale_down_threshold ${down} is above scale_up_threshold ${up}`;
  if (policy.preset !== undefined && policy.prices !== undefined) {
    return 'preset and prices both name a quantile: give one of them';
  }
  return undefined;
}

/** How the replicas of some workloads may be scaled. */
export const ScalingEntrySchema = z
  .strictObject({
    ...selectorFields,
    ...policyFields,
    /** How many there are, where nothing measures it. */
    replicas: z.number().int().min(0).max(POLICY_LIMITS.maxReplicas).optional(),
    resources: z.strictObject(resourceFields).optional(),
  })
  .check(({ value, issues }) => {
    const message = contradictionOf(value);
    if (message !== undefined) issues.push({ code: 'custom', message, input: value });
  });
export type ScalingEntry = z.infer<typeof ScalingEntrySchema>;

/** The part `scaling:` of the configuration. Later entries override earlier ones, field by field. */
export const ScalingConfigSchema = z.array(ScalingEntrySchema).max(MAX_SCALING).default([]);
export type ScalingConfig = z.infer<typeof ScalingConfigSchema>;
