import * as z from 'zod';
import { RESOURCE_STRATEGIES } from '#core/recommend/resource-policy.ts';
import { ReasonSchema, workloadFields } from './common.ts';
import { CpuMemoryTextSchema, CpuQuantitySchema, MemoryQuantitySchema } from './quantities.ts';

/** What bounds the cost of one question. */
export const RIGHTSIZING_LIMITS = {
  /** Observations are kept for 35 days. */
  maxHours: 840,
  maxReplicas: 100_000,
  maxContainers: 32,
} as const;

export const RightsizingQuerySchema = z.strictObject({
  ...workloadFields,
  strategy: z.enum(RESOURCE_STRATEGIES).default('statistical').meta({
    description: 'statistical: from what was measured; ml: from the forecast of the next day',
  }),
  duration_hours: z.coerce.number().int().min(1).max(RIGHTSIZING_LIMITS.maxHours).default(24).meta({
    description: 'how far back to look from the newest value',
  }),
  cpu_percentile: z.coerce.number().min(50).max(100).default(95),
  memory_buffer_percentage: z.coerce.number().min(0).max(500).default(15),
  cpu_floor: CpuQuantitySchema.prefault('100m'),
  memory_floor: MemoryQuantitySchema.prefault('128Mi'),
  cpu_limits: z
    .stringbool()
    .default(false)
    .meta({ description: 'true: also recommend CPU limits' }),
  level: z.coerce.number().gt(0).lt(1).default(0.8).meta({
    description: 'central coverage of the forecast whose upper bound `ml` takes',
  }),
  replicas: z.coerce.number().int().min(1).max(RIGHTSIZING_LIMITS.maxReplicas).optional().meta({
    description: 'taken to have run throughout, where replicas are not collected',
  }),
  cpu_request: CpuQuantitySchema.optional(),
  cpu_limit: CpuQuantitySchema.optional(),
  memory_request: MemoryQuantitySchema.optional(),
  memory_limit: MemoryQuantitySchema.optional(),
});
export type RightsizingQuery = z.output<typeof RightsizingQuerySchema>;

/** The sizes of one replica, and how many there are. Null: not known, see the reasons beside it. */
export const RightsizingBlockSchema = z.strictObject({
  cpu_cores: z.number().nullable(),
  memory_bytes: z.number().nullable(),
  replicas: z.number().nullable(),
  pipeline_type: z.string().meta({
    description: 'statistical: measured values; otherwise the model whose forecast it is made of',
  }),
  fusion_weights: z
    .record(z.string(), z.number())
    .nullable()
    .meta({ description: 'of the members, where a weighted fusion serves; else null' }),
});
export type RightsizingBlock = z.infer<typeof RightsizingBlockSchema>;

const UseStatisticsSchema = z.strictObject({
  mean: z.number().nullable(),
  median: z.number().nullable(),
  std: z.number().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  percentile: z.number().nullable(),
  count: z.number().int(),
});

export const ContainerRightsizingSchema = z.strictObject({
  service_name: z.string(),
  container_name: z.string().meta({ description: '*: the deployment as a whole' }),
  namespace: z.string(),
  timestamp: z.string(),
  strategy: z.enum(RESOURCE_STRATEGIES),
  data_as_of: z.string().nullable(),
  current_requests: CpuMemoryTextSchema,
  recommended_requests: CpuMemoryTextSchema,
  recommended_limits: CpuMemoryTextSchema,
  analysis: z.strictObject({
    cpu: z.strictObject({
      percentile_value: z.number().nullable().meta({ description: 'cores of one replica' }),
      current_usage_stats: UseStatisticsSchema,
      has_data: z.boolean(),
    }),
    memory: z.strictObject({
      max_usage_bytes: z.number().nullable().meta({ description: 'of one replica' }),
      buffer_percentage: z.number(),
      current_usage_stats: UseStatisticsSchema,
      has_data: z.boolean(),
    }),
  }),
  rightsizing: RightsizingBlockSchema,
  reasons: z.strictObject({
    cpu: z.array(ReasonSchema),
    memory: z.array(ReasonSchema),
    use: z.array(ReasonSchema).meta({ description: 'what the use of one replica rests on' }),
  }),
});
export type ContainerRightsizing = z.infer<typeof ContainerRightsizingSchema>;

export const RightsizingResponseSchema = z.strictObject({
  service_name: z.string(),
  namespace: z.string(),
  cluster: z.string(),
  simulated: z.boolean().meta({ description: 'true for the sample workload' }),
  timestamp: z.string(),
  strategy: z.enum(RESOURCE_STRATEGIES),
  parameters: z.strictObject({
    duration_hours: z.number().int(),
    cpu_percentile: z.number(),
    cpu_margin: z.number().meta({ description: 'ml: upper forecast of CPU times this' }),
    memory_buffer_percentage: z.number(),
    cpu_floor: z.string(),
    memory_floor: z.string(),
    level: z.number(),
  }),
  containers: z.array(ContainerRightsizingSchema),
});
export type RightsizingResponse = z.infer<typeof RightsizingResponseSchema>;
