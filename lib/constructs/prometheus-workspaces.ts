import { Stack } from 'aws-cdk-lib';
import type { PrometheusAuth } from '#contracts/config/prometheus.ts';
import { workspaceOf } from '#contracts/config/prometheus-workspace.ts';
import type { ServiceFunction } from './service-function.ts';

/**
 * Lets a function call the workspaces of Amazon Managed Service for Prometheus that connections are signed
 * for: of this account, and no others than those that the addresses name.
 */
export function allowWorkspaces(
  fn: ServiceFunction,
  action: 'aps:QueryMetrics' | 'aps:RemoteWrite',
  connections: readonly { readonly url: string; readonly auth: PrometheusAuth }[],
): void {
  const { partition, account, region: own } = Stack.of(fn);
  const arns = connections.flatMap((connection) => {
    const workspace = workspaceOf(connection);
    if (workspace === undefined) return [];
    const { region = own, id = '*' } = workspace;
    return [`arn:${partition}:aps:${region}:${account}:workspace/${id}`];
  });
  const resources = [...new Set(arns)];
  if (resources.length === 0) return;
  const because =
    'the address does not tell which workspace of Amazon Managed Service for Prometheus it leads to';
  fn.allow({ actions: [action], resources, because });
}
