import type {
  GcpMetric,
  GcpMonitoringSourceConfig,
  GcpPreset,
} from '#contracts/config/sources/gcp-monitoring.ts';
import { type Conversion, conversionTo } from '#core/csv/units.ts';
import { canonicalMetric, metricDefinition } from '#core/series/metric-catalogue.ts';
import { metricName } from './series-owner.ts';

/** How values of a metric relate to time, and what they are. */
export interface MetricForm {
  readonly kind: string;
  readonly valueType: string;
}

type Across = NonNullable<GcpMetric['across']>;

/** One metric to read. */
export interface GcpQuery {
  readonly metric: string;
  readonly type: string;
  /** Undefined: Cloud Monitoring is asked. */
  readonly form: MetricForm | undefined;
  readonly percentile: number;
  readonly across: Across;
  /** Labels that remain when series are put together. */
  readonly groupBy: readonly string[];
  /** Only series with these metric labels. */
  readonly labels: Readonly<Record<string, string>>;
  readonly conversion?: Conversion | undefined;
  /** Whether somebody has asked for it by name. */
  readonly isConfigured: boolean;
}

interface PresetRow {
  readonly metric: string;
  readonly type: string;
  readonly form: MetricForm;
  readonly labels?: Readonly<Record<string, string>>;
  readonly across?: Across;
}

const GAUGE: MetricForm = { kind: 'GAUGE', valueType: 'DOUBLE' };
const DELTA: MetricForm = { kind: 'DELTA', valueType: 'INT64' };
const CUMULATIVE: MetricForm = { kind: 'CUMULATIVE', valueType: 'DOUBLE' };
/** The working set: with what can be evicted, caches would count as use. */
const WORKING_SET = { memory_type: 'non-evictable' };

const CONTAINER = 'kubernetes.io/container';
const INSTANCE = 'compute.googleapis.com/instance';
const DATABASE = 'cloudsql.googleapis.com/database';

/**
 * What Helios reads unless told otherwise.
 * @see https://cloud.google.com/monitoring/api/metrics_kubernetes and metrics_gcp
 */
const PRESETS: Readonly<Record<GcpPreset, readonly PresetRow[]>> = {
  containers: [
    { metric: 'cpu_cores', type: `${CONTAINER}/cpu/core_usage_time`, form: CUMULATIVE },
    { metric: 'cpu_utilization', type: `${CONTAINER}/cpu/limit_utilization`, form: GAUGE },
    {
      ...{ metric: 'memory_bytes', type: `${CONTAINER}/memory/used_bytes` },
      ...{ form: GAUGE, labels: WORKING_SET },
    },
    {
      ...{ metric: 'memory_utilization', type: `${CONTAINER}/memory/limit_utilization` },
      ...{ form: GAUGE, labels: WORKING_SET },
    },
  ],
  instances: [
    { metric: 'cpu_utilization', type: `${INSTANCE}/cpu/utilization`, form: GAUGE },
    { metric: 'memory_bytes', type: `${INSTANCE}/memory/balloon/ram_used`, form: GAUGE },
    // One series a disk, and one for each kind of traffic.
    ...(
      [
        ['disk_read_bytes', 'disk/read_bytes_count'],
        ['disk_write_bytes', 'disk/write_bytes_count'],
        ['network_rx_bytes', 'network/received_bytes_count'],
        ['network_tx_bytes', 'network/sent_bytes_count'],
      ] as const
    ).map(([metric, path]) => ({
      metric,
      type: `${INSTANCE}/${path}`,
      form: DELTA,
      across: 'sum' as const,
    })),
  ],
  'cloud-sql': [
    { metric: 'db_cpu', type: `${DATABASE}/cpu/utilization`, form: GAUGE },
    { metric: 'db_memory', type: `${DATABASE}/memory/utilization`, form: GAUGE },
    { metric: 'disk_utilization', type: `${DATABASE}/disk/utilization`, form: GAUGE },
    // MySQL and SQL Server have the first, PostgreSQL the second, by database.
    { metric: 'db_connections', type: `${DATABASE}/network/connections`, form: GAUGE },
    {
      ...{ metric: 'db_connections', type: `${DATABASE}/postgresql/num_backends` },
      ...{ form: GAUGE, across: 'sum' },
    },
  ],
};

/** What a configuration asks for. */
export function gcpQueries(config: GcpMonitoringSourceConfig): readonly GcpQuery[] {
  const presets = config.presets ?? (config.metrics.length > 0 ? [] : presetNames());
  return [
    ...presets.flatMap((name) => PRESETS[name].map((row) => presetQuery(row, config))),
    ...config.metrics.map((metric) => configuredQuery(metric, config)),
  ];
}

function presetNames(): readonly GcpPreset[] {
  return ['containers', 'instances', 'cloud-sql'];
}

function presetQuery(row: PresetRow, config: GcpMonitoringSourceConfig): GcpQuery {
  const { metric, type, form, labels = {} } = row;
  return {
    ...{ metric, type, form, labels },
    percentile: 95,
    across: row.across ?? defaultAcross(metric, type),
    groupBy: defaultGroups(type, config.per_container),
    isConfigured: false,
  };
}

/** A bare type that a preset knows is read as the preset does. */
function configuredQuery(
  given: GcpMonitoringSourceConfig['metrics'][number],
  config: GcpMonitoringSourceConfig,
): GcpQuery {
  if (typeof given !== 'string') return namedQuery(given, config);
  const known = Object.values(PRESETS)
    .flat()
    .find(({ type }) => type === given);
  if (known) return { ...presetQuery(known, config), isConfigured: true };
  const type = given;
  const metric = metricName(type.slice(type.indexOf('/') + 1));
  return {
    ...{ metric, type, percentile: 95, labels: {}, form: undefined },
    across: defaultAcross(metric, type),
    groupBy: defaultGroups(type, config.per_container),
    isConfigured: true,
  };
}

function namedQuery(given: GcpMetric, config: GcpMonitoringSourceConfig): GcpQuery {
  const { name, type, unit, percentile, across, group_by, labels } = given;
  const metric = canonicalMetric(name);
  return {
    ...{ metric, type, percentile, labels, form: undefined },
    across: across ?? defaultAcross(metric, type),
    groupBy: group_by ?? defaultGroups(type, config.per_container),
    conversion: unit === undefined ? undefined : conversionTo(metric, unit),
    isConfigured: true,
  };
}

function isKubernetes(type: string): boolean {
  return type.startsWith('kubernetes.io/');
}

/** Containers of a pod are one by the metric's own rule; other series are what they are. */
function defaultAcross(metric: string, type: string): Across {
  return isKubernetes(type) ? metricDefinition(metric).acrossInstances : 'none';
}

const RESOURCE = 'resource.labels';

function defaultGroups(type: string, perContainer: boolean): readonly string[] {
  if (isKubernetes(type)) {
    return [
      ...[`${RESOURCE}.cluster_name`, `${RESOURCE}.namespace_name`, `${RESOURCE}.pod_name`],
      'metadata.system_labels.top_level_controller_name',
      ...(perContainer ? [`${RESOURCE}.container_name`] : []),
    ];
  }
  if (type.startsWith(INSTANCE)) return [`${RESOURCE}.instance_id`, 'metric.labels.instance_name'];
  if (type.startsWith(DATABASE)) return [`${RESOURCE}.database_id`];
  if (type.startsWith('run.googleapis.com/')) return [`${RESOURCE}.service_name`];
  return [];
}
