import * as z from 'zod';
import { findTimeZone } from '#core/series/time-zone.ts';

/** Minutes between two collections: those that divide an hour, so that hours stay whole. */
export const COLLECT_EVERY_MINUTES = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60] as const;

/** The part `schedules:` of the configuration: what Helios does by the clock, and when. */
export const SchedulesConfigSchema = z
  .strictObject({
    collect_every_minutes: z.literal(COLLECT_EVERY_MINUTES).default(5).meta({
      description:
        'how often sources are read and workloads scored; most of the costs go down with it',
    }),
    train_at: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day is written as 00:00 to 23:59, in quotes')
      .default('02:00')
      .meta({ description: 'when the nightly training begins' }),
    time_zone: z
      .string()
      .refine((name) => findTimeZone(name) !== undefined && !/^[+-]/.test(name), {
        error: 'a time zone is named as by IANA, e.g. UTC or Europe/Berlin',
      })
      .default('UTC')
      .meta({ description: 'the zone of train_at, with its summer time' }),
  })
  .prefault({});
export type SchedulesConfig = z.infer<typeof SchedulesConfigSchema>;

/** What holds where nothing is configured. */
export const DEFAULT_SCHEDULES: SchedulesConfig = SchedulesConfigSchema.parse({});
