import * as z from 'zod';
import { METRIC_NAME } from '#core/series/metric-catalogue.ts';
import { NAME_PART } from '#core/workload.ts';

const NameSchema = z.string().regex(NAME_PART);

/** A moment in the configuration. */
export const MomentSchema = z.iso.datetime({
  offset: true,
  error: 'a time is ISO 8601 with a zone, e.g. 2026-11-27T00:00:00+01:00',
});

/** The workloads an entry applies to: every part that is given must match, none means all. */
export const selectorFields = {
  cluster: NameSchema.optional(),
  namespace: NameSchema.optional(),
  deployment: NameSchema.optional(),
  container: NameSchema.optional(),
};

/** Events a configuration may hold: each forecast looks at all that apply to its workload. */
export const MAX_EVENTS = 1_000;

/** A time when load will differ from what the past says, such as a sale or a holiday. */
export const ConfiguredEventSchema = z
  .strictObject({
    name: z.string().min(1).max(200),
    ...selectorFields,
    /** The metrics it applies to; all when left out. */
    metrics: z.array(z.string().regex(METRIC_NAME)).min(1).max(100).optional(),
    /** The first moment, and the first moment after it. */
    start: MomentSchema,
    end: MomentSchema,
    /** What the usual values are multiplied by: 3 is three times as much. */
    factor: z.number().positive().max(1_000),
  })
  // A time that cannot be read has been refused already.
  .refine(({ start, end }) => !(Date.parse(start) >= Date.parse(end)), {
    error: 'an event starts before it ends',
    path: ['end'],
  });
export type ConfiguredEvent = z.infer<typeof ConfiguredEventSchema>;

/** The part `events:` of the configuration. */
export const ConfiguredEventsSchema = z.array(ConfiguredEventSchema).max(MAX_EVENTS).default([]);
export type ConfiguredEvents = z.infer<typeof ConfiguredEventsSchema>;
