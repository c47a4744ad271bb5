import * as z from 'zod';
import { ResidualScaleSchema } from './residual-metric.ts';
import { NeighbourSchema } from './residual-neighbour.ts';
import { ResidualViewSchema, type ViewPlan } from './residual-view.ts';

/** Memory leaks: it grows evenly until it is given back or used up. */
const MEMORY = /memory/;
/** A metric by itself: does it jump, and does it lie elsewhere than an hour or a few before? */
export const OWN: ViewPlan = {
  surprises: [1, 2, 4],
  contrasts: [
    { recent: 6, before: 36, gap: 0 },
    { recent: 12, before: 48, gap: 24 },
  ],
  ramps: [],
};
/** Memory, too, and whether it grows steadily: over 20 minutes to 5 hours of 5-minute data. */
const OWN_OF_MEMORY: ViewPlan = { ...OWN, ramps: [4, 8, 16, 32, 64] };
/** A metric beside its neighbour, whose own moves are taken out. */
export const RELATION: ViewPlan = {
  surprises: [3],
  contrasts: [{ recent: 4, before: 36, gap: 0 }],
  ramps: [],
};

/** What a metric is looked at for by itself. */
export function ownPlan(metric: string): ViewPlan {
  return MEMORY.test(metric) ? OWN_OF_MEMORY : OWN;
}

const MetricStateSchema = z.strictObject({
  metric: z.string(),
  scale: ResidualScaleSchema,
  own: ResidualViewSchema,
  /** Three median absolute deviations of values about their level. */
  tolerance: z.number().nonnegative(),
  neighbour: NeighbourSchema.extend({ view: ResidualViewSchema }).nullable(),
});
export type MetricState = z.infer<typeof MetricStateSchema>;

export const ResidualStateSchema = z.strictObject({
  kind: z.literal('residual'),
  version: z.literal(3),
  step_ms: z.number().positive(),
  /** The extremeness that is an alarm. */
  level: z.number().positive(),
  metrics: z.array(MetricStateSchema).max(64),
  skipped: z.array(z.strictObject({ metric: z.string(), reason: z.string() })).max(64),
});
export type ResidualState = z.infer<typeof ResidualStateSchema>;
