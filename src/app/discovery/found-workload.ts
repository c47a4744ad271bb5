import type { CloudWatchMapping } from '#contracts/config/cloudwatch.ts';
import type { ResourceKind } from '#contracts/config/discovery.ts';
import type { WorkloadKey } from '#core/workload.ts';

/** A resource as the workload that Helios would watch. */
export interface FoundWorkload {
  readonly key: WorkloadKey;
  readonly kind: ResourceKind;
  /** Its own name: `cluster/service`, a function, an instance. */
  readonly resource: string;
  /** Name of the configured account, and region, it was found in; the own ones unless given. */
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly metrics: CloudWatchMapping;
}
