import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CollectPlan } from '#app/scheduled/collect.ts';
import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import type { Clock } from '#core/time.ts';
import { type WorkloadKey, workloadId, workloadKey } from '#core/workload.ts';
import { cloudWatchSource } from './cloudwatch-source.ts';

/** How each workload of the configuration is read. The client is only built when one is. */
export function configuredPlans(
  config: HeliosConfig,
  createClient: () => CloudWatchClient,
  clock: Clock,
): ReadonlyMap<WorkloadKey, CollectPlan> {
  if (config.workloads.length === 0) return new Map();
  const mappings = new Map(
    config.workloads.map((workload) => [workloadKey(workloadId(workload)), workload.metrics]),
  );
  const source = cloudWatchSource({ client: createClient(), clock, mappings });
  return new Map(
    [...mappings].map(([key, metrics]) => [key, { source, metrics: Object.keys(metrics) }]),
  );
}
