import * as z from 'zod';
import { AccountNameSchema, RegionSchema } from './accounts.ts';

/** What discovery can find. */
export const RESOURCE_KINDS = [
  'ecs-service',
  'auto-scaling-group',
  'lambda-function',
  'rds-instance',
  'application-load-balancer',
  'eks-service',
] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** A name with `*` for anything: `shop-*`. */
const PatternSchema = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9._*-]+$/, 'letters, digits, . _ - and * for anything');

/** The part `discovery:` of the configuration: which resources become workloads by themselves. */
export const DiscoveryConfigSchema = z
  .strictObject({
    /** None: nothing is discovered. */
    kinds: z.array(z.enum(RESOURCE_KINDS)).max(RESOURCE_KINDS.length).default([]),
    names: z
      .strictObject({
        include: z.array(PatternSchema).min(1).max(100).default(['*']),
        exclude: z.array(PatternSchema).max(100).default([]),
      })
      .prefault({}),
    /** All of them must be on a resource, with one of the values given; no values: with any. */
    tags: z
      .record(z.string().min(1).max(128), z.array(z.string().max(256)).max(20))
      .refine((tags) => Object.keys(tags).length <= 10, 'at most 10 tags')
      .default({}),
    /** Where to look; by default the account and the region that Helios runs in. */
    places: z
      .array(
        z.strictObject({ account: AccountNameSchema.optional(), region: RegionSchema.optional() }),
      )
      .min(1)
      .max(100)
      .default([{}]),
    /** Further workloads are named, not watched. */
    max_workloads: z.number().int().min(1).max(10_000).default(1_000),
    period_seconds: z
      .union([z.literal(60), z.literal(300)])
      .default(300)
      .meta({
        description:
          'the period of every metric found; 60 needs detailed monitoring where it costs',
      }),
  })
  .prefault({});
export type DiscoveryConfig = z.infer<typeof DiscoveryConfigSchema>;
