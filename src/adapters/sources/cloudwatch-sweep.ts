import type { MetricSource, SweptWorkload } from '#app/ports/metric-source.ts';
import type { MetricsAllowance } from '#app/ports/metrics-allowance.ts';
import type { ResourceFinder } from '#app/ports/resource-finder.ts';
import type { CloudWatchMapping } from '#contracts/config/cloudwatch.ts';
import type { CloudWatchSourceConfig } from '#contracts/config/sources/cloudwatch.ts';
import { metricsWithin } from '#core/cost/metrics-requested.ts';
import {
  type Clock,
  DAY,
  type DurationMs,
  type EpochMs,
  epochMs,
  floorTo,
  HOUR,
} from '#core/time.ts';
import { type WorkloadId, type WorkloadKey, workloadId, workloadKey } from '#core/workload.ts';
import { cloudWatchPatterns, resourceOfDimensions } from './cloudwatch-known.ts';
import type { CloudWatchWorkload } from './cloudwatch-reads.ts';
import type { SourceDeps } from './define-source.ts';
import { seriesOwner } from './series-owner.ts';

/** Resources come and go; they are listed again after this time. */
const LISTED_FOR = HOUR;

/** A workload and what CloudWatch is asked for it. */
interface Found {
  readonly workload: WorkloadId;
  readonly metrics: CloudWatchMapping;
}

/** Everything that a configuration means in CloudWatch, listed once an hour. */
export function cloudWatchInventory(
  config: Omit<CloudWatchSourceConfig, 'credentials'>,
  finder: Pick<ResourceFinder, 'listMetrics'>,
  deps: Pick<SourceDeps, 'clock' | 'workload'>,
): {
  readonly all: () => Promise<readonly Found[]>;
  readonly workloadOf: (key: WorkloadKey) => Promise<CloudWatchWorkload | undefined>;
} {
  let held: { readonly found: ReadonlyMap<WorkloadKey, Found>; readonly until: number } | undefined;
  const look = async () => {
    if (held && deps.clock.now() < held.until) return held.found;
    const found = new Map<WorkloadKey, Found>();
    for (const { metrics, deployment, namespace, cluster } of config.workloads) {
      const { namespace: ownNamespace, cluster: ownCluster } = deps.workload;
      const workload = workloadId({
        deployment,
        namespace: namespace ?? ownNamespace,
        cluster: cluster ?? ownCluster,
      });
      found.set(workloadKey(workload), { workload, metrics });
    }
    const patterns = cloudWatchPatterns(config.metrics, config.namespaces, found.size > 0);
    for (const { namespace, metricName, metric, form } of patterns) {
      for (const { dimensions } of await finder.listMetrics({}, { namespace, metricName })) {
        const identity = resourceOfDimensions(namespace, dimensions);
        const isMeant = Object.entries(config.dimensions).every(
          ([name, value]) => dimensions[name] === value,
        );
        if (identity === undefined || !isMeant) continue;
        const { workload } = seriesOwner(identity, deps);
        const key = workloadKey(workload);
        const plain = {
          ...{ namespace, metric_name: metricName, dimensions, period_seconds: config.period },
          ...{ stat: 'Average', scale: 1, per_second: false, ...form },
        };
        const metrics = { ...found.get(key)?.metrics, [metric]: plain };
        found.set(key, { workload, metrics });
      }
    }
    held = { found, until: deps.clock.now() + LISTED_FOR };
    return found;
  };
  return {
    all: async () => [...(await look()).values()],
    async workloadOf(key) {
      const found = (await look()).get(key);
      return found && { metrics: found.metrics };
    },
  };
}

/** Everything configured, by the collector's calls: workloads share them. */
export function sweepingCloudWatch(options: {
  readonly name: string;
  readonly clock: Clock;
  readonly step: DurationMs;
  readonly lookback: DurationMs;
  readonly collector: MetricSource;
  readonly inventory: ReturnType<typeof cloudWatchInventory>;
}): MetricSource {
  const { name, clock, step, lookback, collector, inventory } = options;
  let last: { readonly to: EpochMs; readonly through: EpochMs } | undefined;
  return {
    name,
    collect: (request) => collector.collect(request),
    async sweep({ range, signal }) {
      const to = floorTo(epochMs(Math.min(range.to, clock.now())), step);
      const settled = floorTo(epochMs(to - lookback), step);
      if (last?.to === to && range.from >= last.through) {
        return { workloads: [], problems: [], through: last.through };
      }
      const from = floorTo(epochMs(Math.min(range.from, settled)), step);
      const found = await inventory.all();
      if (found.length === 0) {
        const reason = 'cloudwatch has no such metrics';
        return {
          workloads: [],
          problems: [{ metric: '*', reason }],
          through: epochMs(Math.max(from, settled)),
        };
      }
      const requests = found.map(({ workload }) => ({
        workload,
        metrics: [],
        range: { from, to },
        ...(signal && { signal }),
      }));
      const answers = (await collector.collectAll?.(requests)) ?? [];
      const workloads: SweptWorkload[] = [];
      const problems: { metric: string; reason: string }[] = [];
      let isWhole = true;
      for (const [i, answer] of answers.entries()) {
        const one = found[i];
        if (one === undefined) continue;
        if ('error' in answer) {
          if (answer.error.retryable) isWhole = false;
          problems.push({ metric: one.workload.deployment, reason: answer.error.message });
          continue;
        }
        const { collected } = answer;
        const read = collected.through ?? new Map<string, EpochMs>();
        if (Object.keys(one.metrics).some((metric) => !read.has(metric))) isWhole = false;
        const observations = collected.observations.map((each) => ({ ...each, source: name }));
        workloads.push({ workload: one.workload, collected: { ...collected, observations } });
      }
      const errors = answers.flatMap((answer) => ('error' in answer ? [answer.error] : []));
      const [error] = errors;
      if (error && errors.length === answers.length) throw error;
      const through = isWhole ? epochMs(Math.max(from, settled)) : from;
      last = isWhole ? { to, through } : undefined;
      return { workloads, problems, through };
    },
    async discover() {
      return (await inventory.all()).map(({ workload, metrics }) => ({
        workload,
        metrics: Object.keys(metrics).sort(),
      }));
    },
  };
}

/**
 * A month's budget, a thirtieth of it a day in UTC, counted in memory: a process that starts again
 * begins the day anew.
 */
export function dailyAllowance(monthlyUsd: number, clock: Clock): MetricsAllowance {
  const daily = Math.floor(metricsWithin(monthlyUsd) / 30);
  let day: EpochMs | undefined;
  let taken = 0;
  return {
    async take(metrics) {
      const today = floorTo(clock.now(), DAY);
      if (day !== today) taken = 0;
      day = today;
      if (taken + metrics > daily) return false;
      taken += metrics;
      return true;
    },
    async giveBack(metrics) {
      taken = Math.max(0, taken - metrics);
    },
  };
}
