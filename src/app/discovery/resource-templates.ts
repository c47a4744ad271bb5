import type { ResourceKind } from '#contracts/config/discovery.ts';

/** One metric out of one statistic of CloudWatch, or out of an expression over several. */
export type MetricTemplate = {
  readonly scale?: number;
  readonly per_second?: boolean;
} & (
  | { readonly metric_name: string; readonly stat: string; readonly namespace?: string }
  | {
      readonly expression: string;
      readonly inputs: Readonly<
        Record<
          string,
          { readonly metric_name: string; readonly stat: string; readonly namespace?: string }
        >
      >;
    }
);

/** How a kind of resource becomes a workload. */
export interface ResourceTemplate {
  readonly namespace: string;
  /** The dimensions of its metrics, exactly these; their values name the resource. */
  readonly dimensions: readonly string[];
  /** The namespace of its workloads in Helios, unless one of the dimensions is it. */
  readonly workloadNamespace: string;
  /** The metric that every resource of the kind has: it finds them. */
  readonly found: { readonly namespace: string; readonly metricName: string };
  /** By the name in Helios, the ways to get it in order of preference: the first that is published is taken. */
  readonly metrics: Readonly<Record<string, readonly MetricTemplate[]>>;
}

const PERCENT = 0.01;
const MILLISECONDS = 0.001;

const average = (metric_name: string, scale = 1): MetricTemplate => ({
  metric_name,
  stat: 'Average',
  scale,
});
const rate = (metric_name: string): MetricTemplate => ({
  metric_name,
  stat: 'Sum',
  per_second: true,
});

const ECS_INSIGHTS = 'ECS/ContainerInsights';
const insights = (used: string, reserved: string): MetricTemplate => ({
  expression: 'used / reserved',
  inputs: {
    used: { namespace: ECS_INSIGHTS, metric_name: used, stat: 'Sum' },
    reserved: { namespace: ECS_INSIGHTS, metric_name: reserved, stat: 'Sum' },
  },
});

/**
 * What is read of each kind. Names, dimensions and units are those that the services publish, as their
 * guides list them; a metric that a service does not publish by itself (memory of an instance, of a
 * database) is not made up from others.
 */
export const RESOURCE_TEMPLATES: Readonly<Record<ResourceKind, ResourceTemplate>> = {
  'ecs-service': {
    namespace: 'AWS/ECS',
    dimensions: ['ClusterName', 'ServiceName'],
    workloadNamespace: 'ecs',
    found: { namespace: 'AWS/ECS', metricName: 'CPUUtilization' },
    metrics: {
      cpu_utilization: [average('CPUUtilization', PERCENT), insights('CpuUtilized', 'CpuReserved')],
      memory_utilization: [
        average('MemoryUtilization', PERCENT),
        insights('MemoryUtilized', 'MemoryReserved'),
      ],
      replicas: [{ namespace: ECS_INSIGHTS, metric_name: 'RunningTaskCount', stat: 'Average' }],
    },
  },
  'auto-scaling-group': {
    namespace: 'AWS/EC2',
    dimensions: ['AutoScalingGroupName'],
    workloadNamespace: 'ec2',
    found: { namespace: 'AWS/EC2', metricName: 'CPUUtilization' },
    metrics: {
      cpu_utilization: [average('CPUUtilization', PERCENT)],
      network_rx_bytes: [rate('NetworkIn')],
      network_tx_bytes: [rate('NetworkOut')],
      replicas: [
        { namespace: 'AWS/AutoScaling', metric_name: 'GroupInServiceInstances', stat: 'Average' },
      ],
    },
  },
  'lambda-function': {
    namespace: 'AWS/Lambda',
    dimensions: ['FunctionName'],
    workloadNamespace: 'lambda',
    found: { namespace: 'AWS/Lambda', metricName: 'Invocations' },
    metrics: {
      request_rate: [rate('Invocations')],
      latency_p95: [{ metric_name: 'Duration', stat: 'p95', scale: MILLISECONDS }],
      error_rate: [
        {
          expression: 'errors / invocations',
          inputs: {
            errors: { metric_name: 'Errors', stat: 'Sum' },
            invocations: { metric_name: 'Invocations', stat: 'Sum' },
          },
        },
      ],
      replicas: [{ metric_name: 'ConcurrentExecutions', stat: 'Maximum' }],
    },
  },
  'rds-instance': {
    namespace: 'AWS/RDS',
    dimensions: ['DBInstanceIdentifier'],
    workloadNamespace: 'rds',
    found: { namespace: 'AWS/RDS', metricName: 'CPUUtilization' },
    metrics: {
      db_cpu: [average('CPUUtilization', PERCENT)],
      db_connections: [average('DatabaseConnections')],
      disk_read_bytes: [average('ReadThroughput')],
      disk_write_bytes: [average('WriteThroughput')],
      network_rx_bytes: [average('NetworkReceiveThroughput')],
      network_tx_bytes: [average('NetworkTransmitThroughput')],
    },
  },
  'application-load-balancer': {
    namespace: 'AWS/ApplicationELB',
    dimensions: ['LoadBalancer'],
    workloadNamespace: 'alb',
    found: { namespace: 'AWS/ApplicationELB', metricName: 'RequestCount' },
    metrics: {
      request_rate: [rate('RequestCount')],
      latency_p95: [{ metric_name: 'TargetResponseTime', stat: 'p95' }],
      error_rate: [
        {
          // The load balancer publishes this count only where it is above zero, so nothing is zero.
          expression: 'FILL(errors, 0) / requests',
          inputs: {
            errors: { metric_name: 'HTTPCode_Target_5XX_Count', stat: 'Sum' },
            requests: { metric_name: 'RequestCount', stat: 'Sum' },
          },
        },
      ],
    },
  },
  'eks-service': {
    namespace: 'ContainerInsights',
    dimensions: ['ClusterName', 'Namespace', 'Service'],
    workloadNamespace: 'kubernetes',
    found: { namespace: 'ContainerInsights', metricName: 'service_number_of_running_pods' },
    metrics: {
      cpu_utilization: [average('pod_cpu_utilization_over_pod_limit', PERCENT)],
      memory_utilization: [average('pod_memory_utilization_over_pod_limit', PERCENT)],
      replicas: [average('service_number_of_running_pods')],
    },
  },
};

/** Every name of CloudWatch that a kind's metrics may come from, each once. */
export function candidatesOf({
  namespace,
  found,
  metrics,
}: ResourceTemplate): readonly { readonly namespace: string; readonly metricName: string }[] {
  const all = [
    found,
    ...Object.values(metrics).flatMap((ways) =>
      ways.flatMap((way) =>
        ('inputs' in way ? Object.values(way.inputs) : [way]).map((statistic) => ({
          namespace: statistic.namespace ?? namespace,
          metricName: statistic.metric_name,
        })),
      ),
    ),
  ];
  return [...new Map(all.map((each) => [`${each.namespace}/${each.metricName}`, each])).values()];
}
