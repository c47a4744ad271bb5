import type * as z from 'zod';
import type { Services } from '#app/services.ts';
import { PricingConfigSchema } from '#contracts/config/pricing.ts';
import { ScalingConfigSchema } from '#contracts/config/scaling.ts';
import { CostQuerySchema } from '#contracts/http/cost.ts';
import { addMs, durationMs, type EpochMs, MINUTE } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { feed } from './feed.ts';
import { at, memoryServices } from './memory-services.ts';

/** When costs are asked for. */
export const NOW = at('2026-03-11T00:00:00Z');
export const WEB = workloadId({ deployment: 'web', namespace: 'shop' });
export const STEP = durationMs(5 * MINUTE);

type Pricing = z.input<typeof PricingConfigSchema>;

/** Services with these prices, half a dollar a replica and hour unless given, and this scaling. */
export function costServices(
  pricing: Pricing = { prices: [{ unit: 'replica', per_replica_hour: 0.5 }] },
  scaling: z.input<typeof ScalingConfigSchema> = [],
) {
  return {
    ...memoryServices(NOW),
    pricing: PricingConfigSchema.parse(pricing),
    scaling: ScalingConfigSchema.parse(scaling),
  };
}

/** A query about the last hour, unless said otherwise. */
export const costQuery = (fields: object = {}) =>
  CostQuerySchema.parse({ period: '1h', ...fields });

/** Five-minute values that end at noon, or so long before. */
export async function observed(
  deps: Services,
  columns: Readonly<Record<string, readonly (number | null)[]>>,
  options: { readonly end?: EpochMs; readonly deployment?: string } = {},
) {
  const { end = NOW, ...rest } = options;
  const length = Math.max(...Object.values(columns).map((values) => values.length));
  await feed(deps, columns, { start: addMs(end, STEP, -length), step: STEP, ...rest });
}

/** `count` times the same. */
export const repeated = (value: number, count: number) =>
  Array.from({ length: count }, () => value);
