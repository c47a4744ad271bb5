import * as z from 'zod';
import { ARCHITECTURES, instancePerHour, PRICE_TABLE } from '#core/cost/price-table.ts';
import { selectorFields } from './events.ts';

const RegionSchema = z.string().refine((region) => Object.hasOwn(PRICE_TABLE, region), {
  error: ({ input }) =>
    `no prices of ${String(input)} are known, only of ${Object.keys(PRICE_TABLE).join(', ')}: give one with unit: replica`,
});

/** A replica is an instance, or one of several that share it. */
const Ec2Schema = z
  .strictObject({
    ...selectorFields,
    unit: z.literal('ec2'),
    region: RegionSchema,
    /** Such as `m7g.large`; Linux, on demand. */
    type: z.string().min(1).max(64),
    replicas_per_instance: z.int().min(1).max(1_000).default(1),
  })
  .refine(
    ({ region, type }) =>
      !Object.hasOwn(PRICE_TABLE, region) || instancePerHour(region, type) !== undefined,
    {
      error: 'no price of this type is known: give one with unit: replica',
      path: ['type'],
    },
  );

/** A replica is a task of ECS, or a pod of EKS, on Fargate. */
const FargateSchema = z.strictObject({
  ...selectorFields,
  unit: z.literal('fargate'),
  region: RegionSchema,
  architecture: z.enum(ARCHITECTURES).default('x86'),
  vcpu: z.number().positive().max(1_000),
  memory_gb: z.number().positive().max(10_000),
});

/** A replica is an execution that runs: the metric `replicas` holds ConcurrentExecutions. */
const LambdaSchema = z.strictObject({
  ...selectorFields,
  unit: z.literal('lambda'),
  region: RegionSchema,
  architecture: z.enum(ARCHITECTURES).default('x86'),
  memory_gb: z.number().positive().max(100),
});

/** A replica of anything else, at a price of its own. */
const ReplicaSchema = z.strictObject({
  ...selectorFields,
  unit: z.literal('replica'),
  per_replica_hour: z.number().min(0).max(1e6),
});

/** What one replica costs, of the workloads selected. */
export const PriceEntrySchema = z.discriminatedUnion('unit', [
  Ec2Schema,
  FargateSchema,
  LambdaSchema,
  ReplicaSchema,
]);
export type PriceEntry = z.infer<typeof PriceEntrySchema>;

/** What the workloads selected may cost in a calendar month (UTC), all together. */
export const BudgetEntrySchema = z.strictObject({
  ...selectorFields,
  monthly: z.number().positive().max(1e12),
});
export type BudgetEntry = z.infer<typeof BudgetEntrySchema>;

/** The part `pricing:` of the configuration, in US dollars. The first price that applies counts. */
export const PricingConfigSchema = z
  .strictObject({
    prices: z.array(PriceEntrySchema).max(1_000).default([]),
    budgets: z.array(BudgetEntrySchema).max(200).default([]),
  })
  .prefault({});
export type PricingConfig = z.infer<typeof PricingConfigSchema>;

/** No price is known: costs say so. */
export const DEFAULT_PRICING: PricingConfig = PricingConfigSchema.parse({});
