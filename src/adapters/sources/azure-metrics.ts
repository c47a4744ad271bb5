import type {
  AzureMetric,
  AzureMonitorSourceConfig,
} from '#contracts/config/sources/azure-monitor.ts';
import { type Conversion, conversionTo } from '#core/csv/units.ts';
import { canonicalMetric } from '#core/series/metric-catalogue.ts';
import { metricName } from './series-owner.ts';

export type AzureAggregation = AzureMetric['aggregation'];

/** One metric of a type of resource. */
export interface AzureQuery {
  readonly metric: string;
  /** As Azure Monitor calls it. */
  readonly azureName: string;
  readonly aggregation: AzureAggregation;
  readonly conversion?: Conversion | undefined;
  readonly perSecond: boolean;
  /** Dimension that tells the instances of a resource apart. */
  readonly instance?: string | undefined;
  readonly isConfigured: boolean;
}

type Row = readonly [
  metric: string,
  azureName: string,
  aggregation: AzureAggregation,
  form?: { readonly unit?: string; readonly perSecond?: true; readonly instance?: string },
];

const PERCENT = { unit: 'percent' };
const RATE = { perSecond: true } as const;
/** Azure averages over replicas, Helios adds them up: so they are read one by one. */
const BY_POD = { instance: 'podName' };

const MACHINE: readonly Row[] = [
  ['cpu_utilization', 'Percentage CPU', 'Average', PERCENT],
  ['network_rx_bytes', 'Network In Total', 'Total', RATE],
  ['network_tx_bytes', 'Network Out Total', 'Total', RATE],
  ['disk_read_bytes', 'Disk Read Bytes', 'Total', RATE],
  ['disk_write_bytes', 'Disk Write Bytes', 'Total', RATE],
];
const FLEXIBLE_SERVER: readonly Row[] = [
  ['db_cpu', 'cpu_percent', 'Average', PERCENT],
  ['db_memory', 'memory_percent', 'Average', PERCENT],
  ['db_connections', 'active_connections', 'Average'],
  ['disk_utilization', 'storage_percent', 'Average', PERCENT],
];

/**
 * What Helios reads of a resource unless told otherwise, by type in small letters.
 * @see https://learn.microsoft.com/azure/azure-monitor/reference/metrics-index
 */
const DEFAULTS: ReadonlyMap<string, readonly Row[]> = new Map([
  ['microsoft.compute/virtualmachines', MACHINE],
  ['microsoft.compute/virtualmachinescalesets', MACHINE],
  [
    'microsoft.app/containerapps',
    [
      ['cpu_cores', 'UsageNanoCores', 'Average', { unit: 'nanocores', ...BY_POD }],
      ['memory_bytes', 'WorkingSetBytes', 'Average', BY_POD],
      ['request_rate', 'Requests', 'Total', RATE],
      ['network_rx_bytes', 'RxBytes', 'Total', RATE],
      ['network_tx_bytes', 'TxBytes', 'Total', RATE],
      ['replicas', 'Replicas', 'Maximum'],
    ],
  ],
  [
    'microsoft.containerservice/managedclusters',
    [
      ['node_cpu_utilization', 'node_cpu_usage_percentage', 'Average', PERCENT],
      ['node_memory_utilization', 'node_memory_working_set_percentage', 'Average', PERCENT],
      ['disk_utilization', 'node_disk_usage_percentage', 'Maximum', PERCENT],
    ],
  ],
  [
    'microsoft.web/serverfarms',
    [
      ['cpu_utilization', 'CpuPercentage', 'Average', PERCENT],
      ['memory_utilization', 'MemoryPercentage', 'Average', PERCENT],
    ],
  ],
  ['microsoft.web/sites', [['request_rate', 'Requests', 'Total', RATE]]],
  [
    'microsoft.sql/servers/databases',
    [
      ['db_cpu', 'cpu_percent', 'Average', PERCENT],
      ['db_connections', 'sessions_count', 'Average'],
    ],
  ],
  ['microsoft.dbforpostgresql/flexibleservers', FLEXIBLE_SERVER],
  ['microsoft.dbformysql/flexibleservers', FLEXIBLE_SERVER],
] satisfies readonly (readonly [string, readonly Row[]])[]);

/** The types whose metrics are known. */
export const AZURE_TYPES: readonly string[] = [...DEFAULTS.keys()];

/** What is read of resources of a type, in small letters. */
export function azureQueries(
  { metrics }: Pick<AzureMonitorSourceConfig, 'metrics'>,
  type: string,
): readonly AzureQuery[] {
  const known = (DEFAULTS.get(type) ?? []).map(presetQuery);
  if (metrics.length === 0) return known;
  return metrics.flatMap((given): readonly AzureQuery[] => {
    if (typeof given === 'string') {
      const same = known.find(({ azureName }) => azureName.toLowerCase() === given.toLowerCase());
      if (same) return [{ ...same, isConfigured: true }];
      // What is known of other types is not asked of this one, which would refuse it.
      if (isOfOtherType(given)) return [];
      return [plainQuery(given)];
    }
    const isOther = given.resource_type !== undefined && given.resource_type !== type;
    return isOther ? [] : [configuredQuery(given)];
  });
}

function isOfOtherType(name: string): boolean {
  return [...DEFAULTS.values()].some((rows) =>
    rows.some(([, azureName]) => azureName.toLowerCase() === name.toLowerCase()),
  );
}

function presetQuery([metric, azureName, aggregation, form = {}]: Row): AzureQuery {
  const { unit, perSecond = false, instance } = form;
  return {
    ...{ metric, azureName, aggregation, perSecond, instance },
    conversion: unit === undefined ? undefined : conversionTo(metric, unit),
    isConfigured: false,
  };
}

function plainQuery(azureName: string): AzureQuery {
  return {
    metric: metricName(azureName),
    ...{ azureName, aggregation: 'Average', perSecond: false, isConfigured: true },
  };
}

function configuredQuery({ name, metric: azureName, aggregation, unit, ...rest }: AzureMetric) {
  const metric = canonicalMetric(name);
  return {
    ...{ metric, azureName, aggregation, perSecond: rest.per_second, instance: rest.instance },
    conversion: unit === undefined ? undefined : conversionTo(metric, unit),
    isConfigured: true,
  };
}
