import * as z from 'zod';
import { NAME_PART } from '#core/workload.ts';
import { ActuationConfigSchema } from './actuation.ts';
import { CloudWatchMappingSchema } from './cloudwatch.ts';
import { DetectionConfigSchema } from './detection.ts';
import { ConfiguredEventsSchema } from './events.ts';
import { PricingConfigSchema } from './pricing.ts';
import { ScalingConfigSchema } from './scaling.ts';

const NameSchema = z.string().regex(NAME_PART);

/** One workload whose metrics Helios reads from CloudWatch. */
export const ConfiguredWorkloadSchema = z.strictObject({
  deployment: NameSchema,
  namespace: NameSchema.default('default'),
  cluster: NameSchema.default('default'),
  container: NameSchema.default('*'),
  source: z.literal('cloudwatch').default('cloudwatch'),
  metrics: CloudWatchMappingSchema,
});
export type ConfiguredWorkload = z.infer<typeof ConfiguredWorkloadSchema>;

/** `helios.config.yaml`: the same file for the local process and for `cdk deploy`. */
export const HeliosConfigSchema = z.strictObject({
  workloads: z.array(ConfiguredWorkloadSchema).max(10_000).default([]),
  training: z
    .strictObject({
      window_days: z.number().int().min(1).max(400).default(28),
      /** How much better than naive, seasonal naive and the incumbent a version must be. */
      minimum_improvement: z.number().min(0).max(0.5).default(0.05),
      recurrent: z.enum(['nightly', 'on-request']).default('on-request').meta({
        description:
          'when AWS trains recurrent networks: a network takes minutes to hours a metric; the local process does it on request',
      }),
      mlflow_tracking_uri: z
        .url({ protocol: /^https?$/ })
        .optional()
        .meta({
          description:
            'an MLflow tracking server that AWS records every fit in too; one that asks for a token is not supported there yet',
        }),
    })
    .prefault({}),
  events: ConfiguredEventsSchema,
  detection: DetectionConfigSchema,
  scaling: ScalingConfigSchema,
  actuation: ActuationConfigSchema,
  pricing: PricingConfigSchema,
});
export type HeliosConfig = z.infer<typeof HeliosConfigSchema>;
