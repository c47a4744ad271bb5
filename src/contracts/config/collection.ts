import * as z from 'zod';

/** The part `collection:` of the configuration: how CloudWatch is read, and for how much. */
export const CollectionConfigSchema = z
  .strictObject({
    monthly_budget_usd: z.number().min(0).max(1e6).default(50).meta({
      description:
        'most that GetMetricData may cost in a calendar month (UTC); the least valuable series are read more rarely before it is overspent, and none once it is spent',
    }),
    settle_seconds: z.number().int().min(0).max(86_400).default(600).meta({
      description: 'values younger than this may still change at the source and are read again',
    }),
    reread_seconds: z.number().int().min(0).max(86_400).default(1_800).meta({
      description: 'so much before them is read again, too: it costs nothing more',
    }),
    backfill_days: z.number().int().min(0).max(60).default(14).meta({
      description: 'of the past of a workload that is new, so that it can be learned at once',
    }),
  })
  .prefault({});
export type CollectionConfig = z.infer<typeof CollectionConfigSchema>;

export const DEFAULT_COLLECTION: CollectionConfig = CollectionConfigSchema.parse({});
