import type { DatadogQuery, DatadogSourceConfig } from '#contracts/config/sources/datadog.ts';
import type { Identity } from '#core/csv/identity.ts';
import { deploymentOfPod } from '#core/csv/identity.ts';
import { type Conversion, conversionTo } from '#core/csv/units.ts';
import { canonicalMetric } from '#core/series/metric-catalogue.ts';
import { metricName } from './series-owner.ts';

/** One formula of a request, and the metric that it is. */
export interface DatadogFormula {
  readonly metric: string;
  readonly formula: string;
  readonly conversion?: Conversion | undefined;
  /** Whether somebody has asked for it by name. */
  readonly isConfigured: boolean;
}

/** What is asked in one request. */
export interface DatadogRequest {
  /** For messages. */
  readonly name: string;
  readonly queries: readonly { readonly name: string; readonly query: string }[];
  readonly formulas: readonly DatadogFormula[];
}

/** Metrics of the Datadog agent: `disk.in_use` and `mem.pct_usable` are shares, `net.*` are rates. */
const HOST_QUERIES = {
  idle: 'avg:system.cpu.idle{*} by {host}',
  total: 'avg:system.mem.total{*} by {host}',
  usable: 'avg:system.mem.usable{*} by {host}',
  disk: 'max:system.disk.in_use{*} by {host}',
  received: 'sum:system.net.bytes_rcvd{*} by {host}',
  sent: 'sum:system.net.bytes_sent{*} by {host}',
};
const HOST_FORMULAS: Readonly<Record<string, string>> = {
  cpu_utilization: '(100 - idle) / 100',
  memory_bytes: 'total - usable',
  memory_utilization: '(total - usable) / total',
  disk_utilization: 'disk',
  network_rx_bytes: 'received',
  network_tx_bytes: 'sent',
};

const POD_TAGS = 'kube_cluster_name,kube_namespace,kube_deployment,pod_name';
const DEPLOYMENT_TAGS = 'kube_cluster_name,kube_namespace,kube_deployment';
/** Of the integrations for the kubelet (CPU in nanocores) and for Kubernetes' state. */
const CONTAINER_QUERIES: Readonly<Record<string, readonly [query: string, tags: string]>> = {
  cpu: ['sum:kubernetes.cpu.usage.total', POD_TAGS],
  memory: ['sum:kubernetes.memory.working_set', POD_TAGS],
  received: ['sum:kubernetes.network.rx_bytes', POD_TAGS],
  sent: ['sum:kubernetes.network.tx_bytes', POD_TAGS],
  available: ['max:kubernetes_state.deployment.replicas_available', DEPLOYMENT_TAGS],
};
const CONTAINER_FORMULAS: Readonly<Record<string, string>> = {
  cpu_cores: 'cpu / 1000000000',
  memory_bytes: 'memory',
  network_rx_bytes: 'received',
  network_tx_bytes: 'sent',
  replicas: 'available',
};

/** The requests of a configuration: one a preset, and one for each query. */
export function datadogRequests(config: DatadogSourceConfig): readonly DatadogRequest[] {
  const isChosen = config.metrics.length > 0 || config.queries.length > 0;
  const presets = config.presets ?? (isChosen ? [] : ['hosts', 'containers']);
  const requests: DatadogRequest[] = [];
  if (presets.includes('hosts')) requests.push(preset('hosts', HOST_QUERIES, HOST_FORMULAS));
  if (presets.includes('containers')) {
    const scope = scopeOf(config.namespaces);
    const queries = Object.entries(CONTAINER_QUERIES).map(([name, [query, tags]]) => [
      name,
      `${query}{${scope}} by {${tags}}`,
    ]);
    requests.push(preset('containers', Object.fromEntries(queries), CONTAINER_FORMULAS));
  }
  for (const text of config.metrics) requests.push(plainRequest(text));
  for (const query of config.queries) {
    requests.push(typeof query === 'string' ? plainRequest(query) : configuredRequest(query));
  }
  return requests;
}

function preset(
  name: string,
  queries: Readonly<Record<string, string>>,
  formulas: Readonly<Record<string, string>>,
): DatadogRequest {
  return {
    name,
    queries: Object.entries(queries).map(([key, query]) => ({ name: key, query })),
    formulas: Object.entries(formulas).map(([metric, formula]) => ({
      metric,
      formula,
      isConfigured: false,
    })),
  };
}

function scopeOf(namespaces: readonly string[]): string {
  if (namespaces.length === 0) return '*';
  return namespaces.length === 1
    ? `kube_namespace:${namespaces[0]}`
    : `kube_namespace IN (${namespaces.join(', ')})`;
}

function plainRequest(text: string): DatadogRequest {
  const query = wholeQuery(text);
  const [, called = text] = /:([A-Za-z0-9_.]+)/.exec(query) ?? [];
  const metric = metricName(called);
  return {
    name: metric,
    queries: [{ name: 'a', query }],
    formulas: [{ metric, formula: 'a', isConfigured: true }],
  };
}

function configuredRequest({ name, query, queries, formula, unit }: DatadogQuery): DatadogRequest {
  const metric = canonicalMetric(name);
  const all = query === undefined ? Object.entries(queries ?? {}) : [['a', query] as const];
  const conversion = unit === undefined ? undefined : conversionTo(metric, unit);
  return {
    name: metric,
    queries: all.map(([key, text]) => ({ name: key, query: wholeQuery(text) })),
    formulas: [{ metric, formula: formula ?? 'a', conversion, isConfigured: true }],
  };
}

/**
 * A query as Datadog takes it: a bare name is none.
 *
 * @example
 * ```ts
 * wholeQuery('system.cpu.user'); // => 'avg:system.cpu.user{*} by {host}'
 * wholeQuery('sum:hits{env:prod}'); // => 'sum:hits{env:prod}'
 * ```
 */
export function wholeQuery(text: string): string {
  return /^[A-Za-z][A-Za-z0-9_.]*$/.test(text) ? `avg:${text}{*} by {host}` : text;
}

/** Tags that name each part of a workload, the most explicit first. */
const TAGS = {
  cluster: ['kube_cluster_name', 'cluster_name', 'ecs_cluster_name'],
  namespace: ['kube_namespace', 'env'],
  deployment: ['kube_deployment', 'kube_stateful_set', 'kube_daemon_set', 'service', 'ecs_service'],
  container: ['kube_container_name', 'container_name'],
  pod: ['pod_name'],
  host: ['host'],
} as const;

/** The workload that the tags of a series speak of; a host is one by itself. */
export function identityOfTags(tags: readonly string[]): Identity {
  const values = new Map(
    tags.map((tag) => {
      const at = tag.indexOf(':');
      return at < 0 ? [tag, ''] : [tag.slice(0, at), tag.slice(at + 1)];
    }),
  );
  const first = (names: readonly string[]) =>
    names.map((name) => values.get(name)).find((value) => value && value !== 'N/A');
  const [pod, host] = [first(TAGS.pod), first(TAGS.host)];
  const named = first(TAGS.deployment) ?? (pod === undefined ? undefined : deploymentOfPod(pod));
  const [cluster, namespace, container] = [
    first(TAGS.cluster),
    first(TAGS.namespace),
    first(TAGS.container),
  ];
  const deployment = named ?? host;
  const instance = pod ?? (named === undefined ? undefined : host);
  return {
    ...(cluster !== undefined && { cluster }),
    ...(namespace !== undefined && { namespace }),
    ...(deployment !== undefined && { deployment }),
    ...(container !== undefined && { container }),
    ...(instance !== undefined && { instance }),
  };
}
