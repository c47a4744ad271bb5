import type {
  LabelMapping,
  PrometheusPreset,
  PrometheusQuery,
} from '#contracts/config/sources/prometheus.ts';

import type { WorkloadId } from '#core/workload.ts';

/** A query with the rules that make workloads of its series. */
export interface NamedQuery extends Pick<PrometheusQuery, 'name' | 'query' | 'counter' | 'scale'> {
  readonly mapping: LabelMapping;
  /** Parts of the workload that no label is asked for. */
  readonly fixed?: Partial<WorkloadId>;
}

/** Real containers: neither the sum of a pod nor the one that holds its network. */
const CONTAINERS = 'container!="",container!="POD"';
const FILE_SYSTEMS = 'fstype!~"tmpfs|overlay|squashfs|ramfs|iso9660"';

/**
 * The queries of the presets, by the metrics of cAdvisor, kube-state-metrics, node_exporter and the
 * usual HTTP middlewares. Rates look back `window` seconds; ratios without a denominator are missing.
 *
 * | Preset | Workload | Metrics |
 * |---|---|---|
 * | `containers` | namespace / owner of the pod / container | cpu_cores, memory_bytes, restarts |
 * | `pods` | namespace / owner of the pod | the same, cpu_utilization and memory_utilization of the limits, network_rx_bytes, network_tx_bytes, disk_read_bytes, disk_write_bytes, replicas |
 * | `nodes` | `nodes` / node | node_cpu_utilization, node_memory_utilization, disk_utilization |
 * | `http` | namespace / job | request_rate, error_rate, latency_p95 |
 */
export function presetQueries(
  presets: readonly PrometheusPreset[],
  { window, namespaces }: { readonly window: number; readonly namespaces: readonly string[] },
): readonly NamedQuery[] {
  const scope =
    namespaces.length === 0 ? '' : `namespace=~${quoted(namespaces.map(escapeRegExp).join('|'))}`;
  const of = (metric: string, ...matchers: readonly string[]) => {
    const all = [...matchers, scope].filter((matcher) => matcher !== '');
    return all.length === 0 ? metric : `${metric}{${all.join(',')}}`;
  };
  const rate = (selector: string) => `rate(${selector}[${window}s])`;
  const sets = {
    containers: () => containers(of, rate),
    pods: () => pods(of, rate),
    nodes: () => nodes(rate),
    http: () => http(of, rate),
  };
  return presets.flatMap((preset) => sets[preset]());
}

type Of = (metric: string, ...matchers: readonly string[]) => string;
type Rate = (selector: string) => string;

function containers(of: Of, rate: Rate): readonly NamedQuery[] {
  const sum = (expression: string) => `sum by (namespace, pod, container) (${expression})`;
  return [
    preset('cpu_cores', sum(rate(of('container_cpu_usage_seconds_total', CONTAINERS)))),
    preset('memory_bytes', sum(of('container_memory_working_set_bytes', CONTAINERS))),
    preset('restarts', sum(of('kube_pod_container_status_restarts_total'))),
  ];
}

function pods(of: Of, rate: Rate): readonly NamedQuery[] {
  const sum = (expression: string) => `sum by (namespace, pod) (${expression})`;
  const cpu = sum(rate(of('container_cpu_usage_seconds_total', CONTAINERS)));
  const memory = sum(of('container_memory_working_set_bytes', CONTAINERS));
  const limit = (resource: string) =>
    `(${sum(of('kube_pod_container_resource_limits', `resource="${resource}"`))} > 0)`;
  const traffic = [
    ['network_rx_bytes', 'container_network_receive_bytes_total'],
    ['network_tx_bytes', 'container_network_transmit_bytes_total'],
    ['disk_read_bytes', 'container_fs_reads_bytes_total'],
    ['disk_write_bytes', 'container_fs_writes_bytes_total'],
  ] as const;
  return [
    preset('cpu_cores', cpu),
    preset('memory_bytes', memory),
    preset('cpu_utilization', `${cpu} / ${limit('cpu')}`),
    preset('memory_utilization', `${memory} / ${limit('memory')}`),
    // The traffic of a pod is that of its network container; pods of the host's network have none.
    ...traffic.map(([name, metric]) => preset(name, sum(rate(of(metric, 'pod!=""'))))),
    preset('restarts', sum(of('kube_pod_container_status_restarts_total'))),
    preset(
      'replicas',
      `sum by (namespace, deployment) (${of('kube_deployment_status_replicas_available')})`,
    ),
  ].map((query) => ({ ...query, fixed: { container: '*' } }));
}

function nodes(rate: Rate): readonly NamedQuery[] {
  const mapping = { deployment: ['node', 'nodename', 'instance'] };
  return [
    preset(
      'node_cpu_utilization',
      `1 - avg by (instance) (${rate('node_cpu_seconds_total{mode="idle"}')})`,
    ),
    preset(
      'node_memory_utilization',
      '1 - avg by (instance) (node_memory_MemAvailable_bytes) / avg by (instance) (node_memory_MemTotal_bytes)',
    ),
    preset(
      'disk_utilization',
      `max by (instance) (1 - node_filesystem_avail_bytes{${FILE_SYSTEMS}} / (node_filesystem_size_bytes{${FILE_SYSTEMS}} > 0))`,
    ),
  ].map((query) => ({ ...query, mapping, fixed: { namespace: 'nodes' } }));
}

function http(of: Of, rate: Rate): readonly NamedQuery[] {
  const sum = (expression: string) => `sum by (namespace, job) (${expression})`;
  const all = sum(rate(of('http_requests_total')));
  const failed = ['code', 'status'].map((label) =>
    rate(of('http_requests_total', `${label}=~"5.."`)),
  );
  const buckets = rate(of('http_request_duration_seconds_bucket'));
  return [
    preset('request_rate', all),
    // Where nothing has failed there is no series of failures: then their share is 0.
    preset('error_rate', `(${sum(failed.join(' or '))} or 0 * ${all}) / (${all} > 0)`),
    preset('latency_p95', `histogram_quantile(0.95, sum by (namespace, job, le) (${buckets}))`),
  ];
}

function preset(name: string, query: string): NamedQuery {
  return { name, query, counter: false, scale: 1, mapping: {} };
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** As a string of PromQL. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
