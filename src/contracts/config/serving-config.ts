import * as z from 'zod';
import { DetectionConfigSchema } from './detection.ts';
import { ConfiguredEventsSchema } from './events.ts';
import { PricingConfigSchema } from './pricing.ts';
import { ScalingConfigSchema } from './scaling.ts';

/**
 * The blocks of the configuration that answers depend on. Others are let through unread: the whole file
 * was checked when it was deployed, and each schema more is loaded at each cold start.
 */
export const ServingConfigSchema = z.object({
  events: ConfiguredEventsSchema,
  detection: DetectionConfigSchema,
  scaling: ScalingConfigSchema,
  pricing: PricingConfigSchema,
});
export type ServingConfig = z.infer<typeof ServingConfigSchema>;
