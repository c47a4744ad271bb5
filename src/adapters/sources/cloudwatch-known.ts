import type { CloudWatchMetric } from '#contracts/config/cloudwatch.ts';
import { metricName, namePart } from './series-owner.ts';

type Form = Partial<Pick<CloudWatchMetric, 'scale' | 'per_second'>> & { readonly stat?: string };
type Row = readonly [metric: string, form?: Form];

const PERCENT: Form = { scale: 0.01 };
const RATE: Form = { stat: 'Sum', per_second: true };

/** How metrics of AWS become Helios', by `namespace/name`. */
const KNOWN: Readonly<Record<string, Row>> = {
  'AWS/EC2/CPUUtilization': ['cpu_utilization', PERCENT],
  'AWS/EC2/NetworkIn': ['network_rx_bytes', RATE],
  'AWS/EC2/NetworkOut': ['network_tx_bytes', RATE],
  'AWS/ECS/CPUUtilization': ['cpu_utilization', PERCENT],
  'AWS/ECS/MemoryUtilization': ['memory_utilization', PERCENT],
  'AWS/RDS/CPUUtilization': ['db_cpu', PERCENT],
  'AWS/RDS/DatabaseConnections': ['db_connections'],
  'AWS/RDS/FreeableMemory': ['freeable_memory_bytes'],
  'AWS/Lambda/Invocations': ['request_rate', RATE],
  'AWS/ApplicationELB/RequestCount': ['request_rate', RATE],
};

/** What the seeds' agent reads unless told otherwise. */
const DEFAULT_NAMESPACES = ['AWS/EC2', 'AWS/RDS'];

/** The one dimension by which resources of a namespace are told apart; others are parts or sums of them. */
const RESOURCE_DIMENSIONS: Readonly<Record<string, readonly string[]>> = {
  'AWS/EC2': ['InstanceId'],
  'AWS/ECS': ['ClusterName', 'ServiceName'],
  'AWS/RDS': ['DBInstanceIdentifier'],
  'AWS/Lambda': ['FunctionName'],
  'AWS/ApplicationELB': ['LoadBalancer'],
};

/** A metric of every resource that has it. */
export interface CloudWatchPattern {
  readonly namespace: string;
  readonly metricName: string;
  readonly metric: string;
  readonly form: Form;
}

/** The metrics that a configuration asks for by name, or that are known of its namespaces. */
export function cloudWatchPatterns(
  paths: readonly string[],
  namespaces: readonly string[],
  isElse: boolean,
): readonly CloudWatchPattern[] {
  const wanted =
    namespaces.length > 0 || isElse || paths.length > 0 ? namespaces : DEFAULT_NAMESPACES;
  const known = Object.keys(KNOWN).filter((path) => wanted.includes(split(path)[0]));
  return [...new Set([...paths, ...known])].map((path) => {
    const [namespace, name] = split(path);
    const [metric = metricName(name), form = {}] = KNOWN[path] ?? [];
    return { namespace, metricName: name, metric, form };
  });
}

/** The namespace holds slashes itself: the name is what stands behind the last one. */
function split(path: string): readonly [namespace: string, name: string] {
  const slash = path.lastIndexOf('/');
  return [path.slice(0, slash), path.slice(slash + 1)];
}

/** The workload that a set of dimensions is; undefined for a part of a resource, or a sum of several. */
export function resourceOfDimensions(
  namespace: string,
  dimensions: Readonly<Record<string, string>>,
): { readonly deployment: string; readonly cluster?: string } | undefined {
  const names = RESOURCE_DIMENSIONS[namespace] ?? Object.keys(dimensions).slice(0, 1);
  if (names.length === 0 || Object.keys(dimensions).length !== names.length) return undefined;
  const values = names.map((name) => namePart(dimensions[name]));
  const deployment = values.at(-1);
  const cluster = values.length > 1 ? values[0] : undefined;
  if (deployment === undefined) return undefined;
  return { deployment, ...(cluster !== undefined && { cluster }) };
}
