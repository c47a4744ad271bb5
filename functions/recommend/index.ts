import * as z from 'zod';
import { createLogger } from '#adapters/lambda/logger.ts';
import { openParts } from '#adapters/lambda/open-parts.ts';
import { createRecommending } from '#app/recommend/create-recommending.ts';
import { ConfiguredEventsSchema } from '#contracts/config/events.ts';
import { PricingConfigSchema } from '#contracts/config/pricing.ts';
import { ScalingConfigSchema } from '#contracts/config/scaling.ts';
import { createHandler } from './handler.ts';

const BlocksSchema = z.object({
  events: ConfiguredEventsSchema,
  scaling: ScalingConfigSchema,
  pricing: PricingConfigSchema,
});
const { stores, clock, blocks } = await openParts(process.env, BlocksSchema);

export const handler = createHandler(
  createRecommending(stores, clock, blocks),
  createLogger('recommend'),
);
