import * as z from 'zod';
import { RegionSchema } from '../accounts.ts';
import { CloudWatchMappingSchema } from '../cloudwatch.ts';
import type { Revealed } from '../secret.ts';
import { lookbackMinutes, PlainNameSchema, periodSeconds, SecretSchema } from './common.ts';

/** Such as `AWS/EC2/CPUUtilization`: the namespace ends at the last slash. */
const MetricPathSchema = z
  .string()
  .max(511)
  .regex(/^[^/\s:][^\s]*\/[^/\s]+$/, 'namespace and metric, e.g. AWS/EC2/CPUUtilization');

/** Keys of the source `cloudwatch`. */
export const CloudWatchSourceSchema = z.strictObject({
  region: RegionSchema.optional().meta({ description: 'AWS_REGION or the profile’s unless given' }),
  role_arn: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, 'the ARN of a role')
    .optional()
    .meta({ description: 'a role to assume, e.g. of another account' }),
  external_id: z
    .string()
    .regex(/^[\w+=,.@:/-]{2,1224}$/)
    .optional(),
  credentials: z
    .strictObject({
      aws_access_key_id: z.string().min(1).max(128),
      aws_secret_access_key: SecretSchema,
      aws_session_token: SecretSchema.optional(),
    })
    .optional()
    .meta({ description: 'keys; better is to leave them out, then the SDK’s chain finds a role' }),
  workloads: z
    .array(
      z.strictObject({
        deployment: PlainNameSchema,
        namespace: PlainNameSchema.optional(),
        cluster: PlainNameSchema.optional(),
        metrics: CloudWatchMappingSchema,
      }),
    )
    .max(500)
    .default([])
    .meta({ description: 'workloads with their metrics, as in helios.yaml' }),
  metrics: z.array(MetricPathSchema).max(100).default([]).meta({
    description: 'metrics by namespace and name, of every resource that has them',
  }),
  namespaces: z.array(z.string().min(1).max(255)).max(50).default([]).meta({
    description: 'all known metrics of these namespaces, e.g. AWS/EC2',
  }),
  dimensions: z
    .record(z.string().min(1).max(255), z.string().min(1).max(1_024))
    .default({})
    .meta({ description: 'only resources with these dimensions' }),
  period: periodSeconds.prefault(300),
  lookback_minutes: lookbackMinutes(10),
  monthly_budget_usd: z.number().min(0).max(100_000).default(10).meta({
    description: 'what reading may cost a month; a thirtieth of it is spent a day at most',
  }),
});
/** With its secrets. */
export type CloudWatchSourceConfig = Revealed<z.infer<typeof CloudWatchSourceSchema>>;
