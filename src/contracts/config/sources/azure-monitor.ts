import * as z from 'zod';
import type { Revealed } from '../secret.ts';
import {
  ApiUrlSchema,
  lookbackMinutes,
  MetricNameSchema,
  periodSeconds,
  requestTimeout,
  SecretSchema,
  UnitSchema,
} from './common.ts';

const GuidSchema = z
  .string()
  .regex(
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    'an id such as 00000000-0000-0000-0000-000000000000',
  );

/** Ids of resources below a subscription and a resource group. */
const ResourceIdSchema = z
  .string()
  .max(1_024)
  .regex(
    /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[\w.()-]{1,90}\/providers\/[A-Za-z0-9.]+(\/[\w.() -]+){2,8}$/i,
    'a resource id: /subscriptions/<id>/resourceGroups/<group>/providers/<type>/<name>',
  );

const ResourceTypeSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9.]+(\/[A-Za-z0-9]+)+$/,
    'a resource type, e.g. Microsoft.Compute/virtualMachines',
  )
  .transform((type) => type.toLowerCase());

const ResourceGroupSchema = z
  .string()
  .regex(/^[\w.()-]{1,90}$/, 'a resource group: letters, digits, _ - . ( )');

const AzureNameSchema = z
  .string()
  .regex(/^[^,'"\p{C}]{1,128}$/u, 'a metric’s name in Azure Monitor');

/** One metric of one type of resource, and what it is called in Helios. */
export const AzureMetricSchema = z.strictObject({
  name: MetricNameSchema.meta({ description: 'the metric in Helios, e.g. request_rate' }),
  metric: AzureNameSchema.meta({ description: 'as Azure Monitor calls it, e.g. Percentage CPU' }),
  resource_type: ResourceTypeSchema.optional().meta({
    description: 'of which resources; of all that are read unless given',
  }),
  aggregation: z.enum(['Average', 'Total', 'Maximum', 'Minimum', 'Count']).default('Average'),
  unit: UnitSchema.optional().meta({ description: 'of the values, e.g. percent or ms' }),
  per_second: z.boolean().default(false).meta({
    description: 'divide by the period: the Total of a period becomes a rate',
  }),
  instance: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'a dimension')
    .optional()
    .meta({ description: 'dimension that tells the instances of a resource apart, e.g. podName' }),
});
export type AzureMetric = z.infer<typeof AzureMetricSchema>;

const identity = {
  tenant_id: GuidSchema.optional().meta({ description: 'AZURE_TENANT_ID unless given' }),
  client_id: GuidSchema.optional().meta({ description: 'AZURE_CLIENT_ID unless given' }),
  client_secret: SecretSchema.optional().meta({ description: 'AZURE_CLIENT_SECRET unless given' }),
  subscription_id: GuidSchema.optional().meta({
    description: 'AZURE_SUBSCRIPTION_ID unless given',
  }),
};

/** ISO 8601 durations of the seeds, in seconds. */
const PERIODS = { PT1M: 60, PT5M: 300, PT15M: 900, PT30M: 1_800, PT1H: 3_600 } as const;

/** Keys of the source `azure-monitor`. */
export const AzureMonitorSourceSchema = z.strictObject({
  ...identity,
  credentials: z
    .strictObject(identity)
    .optional()
    .meta({ description: 'the seeds’ place for them' }),
  auth: z
    .enum(['auto', 'client-secret', 'workload-identity', 'managed-identity'])
    .default('auto')
    .meta({
      description:
        'auto: a secret, else the token file of a workload identity, else the machine’s own',
    }),
  cloud: z.enum(['public', 'usgovernment', 'china']).default('public'),
  endpoints: z
    .strictObject({
      login: ApiUrlSchema.optional(),
      management: ApiUrlSchema.optional(),
      metrics: ApiUrlSchema.optional().meta({ description: 'of all regions' }),
    })
    .default({})
    .meta({ description: 'addresses of a cloud that is not among the above' }),
  resources: z.array(ResourceIdSchema).max(5_000).default([]).meta({
    description: 'ids of resources; all of resource_types in the subscription unless given',
  }),
  region: z
    .string()
    .regex(/^[a-z0-9]{2,40}$/, 'a region, e.g. westeurope')
    .optional()
    .meta({ description: 'of the resources that are named; Azure is asked unless given' }),
  resource_group: ResourceGroupSchema.optional(),
  namespaces: z.array(ResourceGroupSchema).max(200).default([]).meta({
    description: 'only these resource groups, which are the namespaces of what is found',
  }),
  resource_types: z.array(ResourceTypeSchema).max(50).optional().meta({
    description: 'types to find; those whose metrics are known unless given',
  }),
  metrics: z
    .array(z.union([AzureNameSchema, AzureMetricSchema]))
    .max(100)
    .default([]),
  interval: z
    .enum(['PT1M', 'PT5M', 'PT15M', 'PT30M', 'PT1H'])
    .transform((text) => PERIODS[text])
    .optional()
    .meta({ description: 'the seeds’ word for period_seconds, in options' }),
  period_seconds: periodSeconds,
  timespan: z
    .string()
    .regex(/^PT(\d{1,2}H|\d{1,4}M)$/, 'a duration, e.g. PT10M')
    .optional()
    .meta({ description: 'the seeds’ word for lookback_minutes' }),
  lookback_minutes: lookbackMinutes(5),
  request_timeout: requestTimeout,
});
/** With its secrets. */
export type AzureMonitorSourceConfig = Revealed<z.infer<typeof AzureMonitorSourceSchema>>;
