import * as z from 'zod';
import { createLogger } from '#adapters/lambda/logger.ts';
import { openParts } from '#adapters/lambda/open-parts.ts';
import { createServing } from '#app/serving/create-serving.ts';
import { ConfiguredEventsSchema } from '#contracts/config/events.ts';
import { createHandler } from './handler.ts';

const BlocksSchema = z.object({ events: ConfiguredEventsSchema });
const { stores, clock, blocks } = await openParts(process.env, BlocksSchema);

export const handler = createHandler(
  createServing(stores, clock, blocks.events),
  createLogger('predict'),
);
