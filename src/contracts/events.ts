import * as z from 'zod';
import { SOURCE_NAME } from './http/ingest.ts';
import { WorkloadKeySchema } from './workload-key.ts';

const ON_WORKLOADS = [
  z.strictObject({
    kind: z.literal('collect'),
    workload: WorkloadKeySchema,
    /** Metrics that are read more rarely, and not this time. */
    except: z.array(z.string().max(64)).max(100).optional(),
  }),
  z.strictObject({ kind: z.literal('score'), workload: WorkloadKeySchema }),
  z.strictObject({
    kind: z.literal('roll-up'),
    workload: WorkloadKeySchema,
    /** The UTC day whose hours are summed up, e.g. 2026-01-31. */
    day: z.iso.date(),
  }),
] as const;

/** One piece of work on one workload. */
export const WorkloadMessageSchema = z.discriminatedUnion('kind', ON_WORKLOADS);
export type WorkloadMessage = z.infer<typeof WorkloadMessageSchema>;

/** What travels on the queues: work on one workload, or on all that one source has. */
export const WorkMessageSchema = z.discriminatedUnion('kind', [
  ...ON_WORKLOADS,
  z.strictObject({ kind: z.literal('sweep'), source: z.string().regex(SOURCE_NAME) }),
]);
export type WorkMessage = z.infer<typeof WorkMessageSchema>;

/** What the schedules send to `dispatch` and `train`. */
export const ScheduleEventSchema = z.strictObject({
  task: z.enum(['collect-and-score', 'plan-collection', 'roll-up', 'roll-up-again', 'train']),
});
export type ScheduleEvent = z.infer<typeof ScheduleEventSchema>;

/** What the schedule of the actuation stack sends to `actuate`. */
export const ActuateEventSchema = z.strictObject({ task: z.literal('actuate') });
export type ActuateEvent = z.infer<typeof ActuateEventSchema>;
