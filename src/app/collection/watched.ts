import { billedMetrics, type CloudWatchMapping } from '#contracts/config/cloudwatch.ts';
import type { ConfiguredWorkload } from '#contracts/config/helios-config.ts';
import { readInterval } from '#core/cost/metrics-requested.ts';
import { type DurationMs, durationMs, SECOND } from '#core/time.ts';
import { type WorkloadKey, workloadId, workloadKey } from '#core/workload.ts';
import type { DiscoveredWorkloads } from '../discovery/discovered-workloads.ts';

/** A workload that is read from CloudWatch, and where. */
export interface WatchedWorkload {
  readonly key: WorkloadKey;
  readonly metrics: CloudWatchMapping;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

/** What is read from CloudWatch: what is configured, and what discovery finds beside it. */
export interface Watched {
  get(key: WorkloadKey): Promise<WatchedWorkload | undefined>;
  list(): Promise<readonly WatchedWorkload[]>;
}

/** What the configuration says of a workload wins over what discovery says of the same. */
export function watchedWorkloads(
  configured: readonly ConfiguredWorkload[],
  discovered: DiscoveredWorkloads | undefined,
): Watched {
  const own = new Map(configured.map(toWatched).map((workload) => [workload.key, workload]));
  return {
    async get(key) {
      const workload = own.get(key);
      if (workload || !discovered) return workload;
      const found = await discovered.get(key);
      return found?.goneSince === null ? found : undefined;
    },
    async list() {
      const found = (await discovered?.list()) ?? [];
      const present = found.filter(({ key, goneSince }) => goneSince === null && !own.has(key));
      return [...own.values(), ...present];
    },
  };
}

/** What one read of each metric of a workload is billed as, and how often it is read. */
export function seriesOfWorkload(
  metrics: CloudWatchMapping,
  every: DurationMs,
): readonly { readonly metric: string; readonly inputs: number; readonly interval: DurationMs }[] {
  return Object.entries(metrics).map(([metric, source]) => ({
    metric,
    inputs: billedMetrics(source),
    interval: readInterval(every, durationMs(source.period_seconds * SECOND)),
  }));
}

function toWatched(workload: ConfiguredWorkload): WatchedWorkload {
  const { metrics, account, region } = workload;
  return { key: workloadKey(workloadId(workload)), metrics, account, region };
}
