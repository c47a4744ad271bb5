import * as z from 'zod';
import { createLogger } from '#adapters/lambda/logger.ts';
import { openParts } from '#adapters/lambda/open-parts.ts';
import { createDetection } from '#app/detection/create-detection.ts';
import { DetectionConfigSchema } from '#contracts/config/detection.ts';
import { ConfiguredEventsSchema } from '#contracts/config/events.ts';
import { createHandler } from './handler.ts';

const BlocksSchema = z.object({ events: ConfiguredEventsSchema, detection: DetectionConfigSchema });
const { stores, clock, blocks } = await openParts(process.env, BlocksSchema);

export const handler = createHandler(
  createDetection(stores, clock, blocks),
  createLogger('detect'),
);
