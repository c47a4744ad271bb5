import * as z from 'zod';
import { NAME_PART, workloadId, workloadKey } from '#core/workload.ts';
import { AccountNameSchema, AccountsConfigSchema, RegionSchema } from './accounts.ts';
import { ActuationConfigSchema } from './actuation.ts';
import { AuthenticationConfigSchema } from './authentication.ts';
import { CloudWatchMappingSchema } from './cloudwatch.ts';
import { CollectionConfigSchema } from './collection.ts';
import { DashboardConfigSchema, dashboardProblems } from './dashboard.ts';
import { DetectionConfigSchema } from './detection.ts';
import { DiscoveryConfigSchema } from './discovery.ts';
import { ConfiguredEventsSchema } from './events.ts';
import { HeartbeatConfigSchema } from './heartbeat.ts';
import { unknownAccounts } from './known-accounts.ts';
import { MonitoringConfigSchema } from './monitoring.ts';
import { NotificationsConfigSchema } from './notifications.ts';
import { PricingConfigSchema } from './pricing.ts';
import { type PrometheusServers, PrometheusServersSchema } from './prometheus-servers.ts';
import { ScalingConfigSchema } from './scaling.ts';
import { SchedulesConfigSchema } from './schedules.ts';
import { StorageConfigSchema } from './storage.ts';
import { nameOfSource, SweptSourcesSchema } from './swept-sources.ts';
import { WriteBackConfigSchema } from './write-back.ts';

const NameSchema = z.string().regex(NAME_PART);

/** One workload whose metrics Helios reads from CloudWatch. */
export const ConfiguredWorkloadSchema = z.strictObject({
  deployment: NameSchema,
  namespace: NameSchema.default('default'),
  cluster: NameSchema.default('default'),
  container: NameSchema.default('*'),
  source: z.literal('cloudwatch').default('cloudwatch'),
  /** One of `accounts`; the account that Helios runs in unless given. */
  account: AccountNameSchema.optional(),
  region: RegionSchema.optional(),
  metrics: CloudWatchMappingSchema,
});
export type ConfiguredWorkload = z.infer<typeof ConfiguredWorkloadSchema>;

/** `helios.config.yaml`: the same file for the local process and for `cdk deploy`. */
export const HeliosConfigSchema = z
  .strictObject({
    workloads: z.array(ConfiguredWorkloadSchema).max(10_000).default([]),
    training: z
      .strictObject({
        window_days: z.number().int().min(1).max(400).default(28),
        /** How much better than naive, seasonal naive and the incumbent a version must be. */
        minimum_improvement: z.number().min(0).max(0.5).default(0.05),
        recurrent: z.enum(['nightly', 'on-request']).default('on-request').meta({
          description:
            'when AWS trains recurrent networks: a network takes some seconds of CPU a metric; the local process does it on request',
        }),
        native_image: z.boolean().default(false).meta({
          description:
            'train recurrent networks with libtensorflow, in a container image: deploying it takes Docker',
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
    accounts: AccountsConfigSchema,
    collection: CollectionConfigSchema,
    discovery: DiscoveryConfigSchema,
    schedules: SchedulesConfigSchema,
    events: ConfiguredEventsSchema,
    detection: DetectionConfigSchema,
    scaling: ScalingConfigSchema,
    actuation: ActuationConfigSchema,
    authentication: AuthenticationConfigSchema,
    dashboard: DashboardConfigSchema,
    pricing: PricingConfigSchema,
    storage: StorageConfigSchema,
    monitoring: MonitoringConfigSchema,
    notifications: NotificationsConfigSchema,
    heartbeat: HeartbeatConfigSchema,
    prometheus: PrometheusServersSchema,
    sources: SweptSourcesSchema,
    write_back: WriteBackConfigSchema,
  })
  .superRefine((config, context) => {
    for (const problem of sharedNames(config)) context.addIssue({ code: 'custom', ...problem });
    for (const problem of unknownAccounts(config)) context.addIssue({ code: 'custom', ...problem });
    for (const problem of [
      ...repeatedWorkloads(config.workloads),
      ...readTwice(config),
      ...dashboardProblems(config),
    ]) {
      context.addIssue({ code: 'custom', ...problem });
    }
  });
export type HeliosConfig = z.infer<typeof HeliosConfigSchema>;

/** Read from CloudWatch and from Prometheus, a workload would be what was read last. */
function readTwice({
  workloads,
  prometheus,
}: {
  readonly workloads: readonly ConfiguredWorkload[];
  readonly prometheus: PrometheusServers;
}) {
  const known = new Set(workloads.map((workload) => workloadKey(workloadId(workload))));
  return prometheus.flatMap((server, i) =>
    server.workloads.flatMap((workload, j) => {
      const key = workloadKey(workloadId(workload));
      if (!known.has(key)) return [];
      const message = `the workload ${key} stands in workloads and in prometheus: it has one source`;
      return [{ path: ['prometheus', i, 'workloads', j], message }];
    }),
  );
}

/** What is read from `prometheus:` is told apart from everything else by that name. */
function sharedNames({ prometheus, sources }: Pick<HeliosConfig, 'prometheus' | 'sources'>) {
  if (prometheus.length === 0) return [];
  return sources.flatMap((source, i) => {
    if (nameOfSource(source) !== 'prometheus') return [];
    const message = 'the servers of prometheus: are called prometheus: give this one another name';
    return [{ path: ['sources', i, 'name'], message }];
  });
}

/** Each workload is configured once: two of the same name would overwrite each other's observations. */
function repeatedWorkloads(workloads: readonly z.infer<typeof ConfiguredWorkloadSchema>[]) {
  const seen = new Set<string>();
  return workloads.flatMap((workload, index) => {
    const key = workloadKey(workloadId(workload));
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [{ path: ['workloads', index], message: `the workload ${key} is configured twice` }];
  });
}
