/** Units a metric can be declared in. Never guessed from magnitudes. */
export type Unit =
  | 'ratio'
  | 'cores'
  | 'bytes'
  | 'bytes_per_second'
  | 'per_second'
  | 'seconds'
  | 'count'
  | 'unspecified';

/** How several observations that fall on one grid point become one value. */
export type ResampleRule = 'mean' | 'max' | 'last' | 'sum';

/** What Helios knows of a metric before it has seen a value. */
export interface MetricDefinition {
  readonly name: string;
  readonly unit: Unit;
  /** Smallest and largest value that can be true; forecasts and bands are clipped to them. */
  readonly minimum: number;
  readonly maximum: number;
  /** Several observations on one grid point. */
  readonly resample: ResampleRule;
  /** Several instances (pods, hosts) of one workload at one grid point. */
  readonly acrossInstances: 'mean' | 'sum' | 'max';
}

/** What a metric name may look like. */
export const METRIC_NAME = /^[a-z][a-z0-9_]{0,63}$/;

const RATIO = {
  unit: 'ratio',
  minimum: 0,
  maximum: 1,
  resample: 'mean',
  acrossInstances: 'mean',
} as const;
const AMOUNT = { minimum: 0, maximum: Infinity, resample: 'mean', acrossInstances: 'sum' } as const;

/** The metrics Helios knows by name, with unit, bounds and rules. Others are `unspecified`, unbounded. */
export const METRIC_CATALOGUE: ReadonlyMap<string, MetricDefinition> = new Map(
  (
    [
      { name: 'cpu_utilization', ...RATIO },
      { name: 'memory_utilization', ...RATIO },
      { name: 'cpu_cores', unit: 'cores', ...AMOUNT },
      { name: 'memory_bytes', unit: 'bytes', ...AMOUNT },
      { name: 'request_rate', unit: 'per_second', ...AMOUNT },
      { name: 'latency_p95', unit: 'seconds', ...AMOUNT, resample: 'max', acrossInstances: 'max' },
      { name: 'error_rate', ...RATIO },
      { name: 'network_rx_bytes', unit: 'bytes_per_second', ...AMOUNT },
      { name: 'network_tx_bytes', unit: 'bytes_per_second', ...AMOUNT },
      { name: 'disk_read_bytes', unit: 'bytes_per_second', ...AMOUNT },
      { name: 'disk_write_bytes', unit: 'bytes_per_second', ...AMOUNT },
      { name: 'replicas', unit: 'count', ...AMOUNT, resample: 'last', acrossInstances: 'max' },
      { name: 'restarts', unit: 'count', ...AMOUNT, resample: 'last' },
      { name: 'db_cpu', ...RATIO },
      { name: 'db_memory', ...RATIO },
      { name: 'db_connections', unit: 'count', ...AMOUNT },
      { name: 'node_cpu_utilization', ...RATIO },
      { name: 'node_memory_utilization', ...RATIO },
      { name: 'disk_utilization', ...RATIO, acrossInstances: 'max' },
      { name: 'oom_kills', unit: 'count', ...AMOUNT, resample: 'sum' },
      { name: 'cpu_throttled', ...RATIO },
    ] as const satisfies readonly MetricDefinition[]
  ).map((definition) => [definition.name, definition]),
);

const ALIASES: ReadonlyMap<string, string> = new Map([
  ['cpu', 'cpu_utilization'],
  ['memory', 'memory_utilization'],
  ['requests', 'request_rate'],
  ['rps', 'request_rate'],
]);

/**
 * The catalogue's own name of a metric; other names stay as they are.
 *
 * @example
 * ```ts
 * canonicalMetric('cpu'); // => 'cpu_utilization'
 * ```
 */
export function canonicalMetric(name: string): string {
  return ALIASES.get(name) ?? name;
}

/** The other names of `metric`, e.g. `requests` and `rps` for `request_rate`. */
export function aliasesOf(metric: string): readonly string[] {
  return [...ALIASES].filter(([, name]) => name === metric).map(([alias]) => alias);
}

/** The definition of a metric: the catalogue's, or an unbounded one in unspecified units. */
export function metricDefinition(name: string): MetricDefinition {
  return (
    METRIC_CATALOGUE.get(name) ?? {
      name,
      unit: 'unspecified',
      minimum: -Infinity,
      maximum: Infinity,
      resample: 'mean',
      acrossInstances: 'mean',
    }
  );
}
