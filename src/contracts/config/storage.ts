import * as z from 'zod';

/** What CloudWatch Logs lets one choose, in days, as far as it is useful here. */
const LOG_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731] as const;

const LogDaysSchema = z.literal(LOG_DAYS);

/**
 * The part `storage:` of the configuration: how long things are kept on AWS, under which key, and
 * whether they may be deleted. The local process keeps observations until its directory is removed.
 */
export const StorageConfigSchema = z
  .strictObject({
    raw_days: z.int().min(14).max(400).default(35).meta({
      description: 'observations at their own step; those below a minute stay 2 days',
    }),
    hourly_days: z.int().min(35).max(3_650).default(400).meta({
      description: 'hourly summaries, and the detectors learned from them',
    }),
    runs_days: z.int().min(1).max(400).default(30).meta({
      description:
        'what the stages of trainings and replays hand on; the record of a run stays 90 days',
    }),
    logs_days: LogDaysSchema.default(30).meta({ description: 'logs of the functions' }),
    access_logs_days: LogDaysSchema.default(90).meta({
      description: 'access logs of the API and of the bucket',
    }),
    kms: z.enum(['aws-owned', 'customer']).default('aws-owned').meta({
      description:
        'customer: a key of your own, rotated every year, for tables, bucket, queues, topics and logs',
    }),
    deletion_protection: z.boolean().default(true).meta({
      description:
        'true: tables refuse to be deleted, and what has state outlives its stack; false: only to tear down',
    }),
  })
  .prefault({});
export type StorageConfig = z.infer<typeof StorageConfigSchema>;

/** The configuration of somebody who says nothing. */
export const DEFAULT_STORAGE: StorageConfig = StorageConfigSchema.parse({});
