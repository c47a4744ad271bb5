import type { CloudWatchClient, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { Collected, MetricSource } from '#app/ports/metric-source.ts';
import type { Observation, TimeRange } from '#app/ports/observation-store.ts';
import type { CloudWatchMapping, CloudWatchMetric } from '#contracts/config/cloudwatch.ts';
import { DomainError } from '#core/errors.ts';
import {
  type Clock,
  DEFAULT_STEP,
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  floorTo,
  MINUTE,
  SECOND,
} from '#core/time.ts';
import { type WorkloadKey, workloadKey } from '#core/workload.ts';
import { type QueryAnswer, readAllPages } from './cloudwatch-pages.ts';

/** CloudWatch's values converge for up to ten minutes after their period. */
export const DEFAULT_SETTLE: DurationMs = durationMs(10 * MINUTE);

/**
 * Amazon CloudWatch as a source, by GetMetricData: each value is a whole period's statistic, at the
 * time the period begins, times the configured scale.
 *
 * A period that is not over is left out, since CloudWatch would answer with a part of it. Values
 * younger than `settle` are delivered, but may still change: their as-of time is the time of
 * reading, so that reading the range again supersedes them. A settled value's as-of time is the
 * moment it settled, so that reading it again is a duplicate. The caller asks for overlapping
 * ranges, of at least `settle`.
 *
 * @param options.client - built once, with its retries and timeouts; they bound how long this takes
 * @param options.mappings - what is configured, by workload
 * @throws {DomainError} `CONFIG_INVALID` when the metrics of one workload have several periods
 */
export function cloudWatchSource(options: {
  readonly client: CloudWatchClient;
  readonly clock: Clock;
  readonly mappings: ReadonlyMap<WorkloadKey, CloudWatchMapping>;
  readonly settle?: DurationMs;
}): MetricSource {
  const { client, clock, mappings, settle = DEFAULT_SETTLE } = options;
  const steps = new Map([...mappings].map(([key, mapping]) => [key, stepOf(key, mapping)]));

  return {
    name: 'cloudwatch',
    async collect({ workload, metrics, range }): Promise<Collected> {
      const key = workloadKey(workload);
      const mapping = mappings.get(key) ?? {};
      const step = steps.get(key) ?? DEFAULT_STEP;
      const now = clock.now();
      const wanted = metrics.length === 0 ? Object.keys(mapping) : metrics;
      const asked = wanted.flatMap((metric) => {
        const source = Object.hasOwn(mapping, metric) ? mapping[metric] : undefined;
        return source === undefined ? [] : [{ metric, source }];
      });
      const problems = wanted
        .filter((metric) => !Object.hasOwn(mapping, metric))
        .map((metric) => ({ metric, reason: 'not configured for cloudwatch' }));
      const observations: Observation[] = [];

      const whole = wholePeriods(range, step, now);
      if (whole.from < whole.to && asked.length > 0) {
        const queries = asked.map(({ source }, i) => queryOf(`m${i}`, source));
        const answers = await readAllPages(client, queries, whole);
        for (const [i, { metric, source }] of asked.entries()) {
          const answer = answers.get(`m${i}`);
          const problem = problemOf(answer);
          if (problem !== undefined) problems.push({ metric, reason: problem });
          for (const [time, value] of ascending(answer)) {
            const at = epochMs(time);
            const settledAt = at + step + settle;
            const asOf = epochMs(Math.min(settledAt, now));
            const scaled = value * source.scale;
            observations.push({ metric, at, value: scaled, source: 'cloudwatch', asOf });
          }
        }
      }
      return { step, observations, counters: [], problems };
    },
  };
}

/** The one period of a workload's metrics. */
function stepOf(key: WorkloadKey, mapping: CloudWatchMapping): DurationMs {
  const periods = [...new Set(Object.values(mapping).map((metric) => metric.period_seconds))];
  const [period, ...others] = periods;
  if (others.length > 0) {
    throw new DomainError(
      'CONFIG_INVALID',
      `the metrics of ${key} have periods of ${periods.join(', ')} s: one is allowed`,
      { workload: key, periods },
    );
  }
  return period === undefined ? DEFAULT_STEP : durationMs(period * SECOND);
}

/** The periods that begin inside the range and are over, both by the range and by the clock. */
function wholePeriods(range: TimeRange, step: DurationMs, now: EpochMs): TimeRange {
  return {
    from: epochMs(Math.ceil(range.from / step) * step),
    to: floorTo(epochMs(Math.min(range.to, now)), step),
  };
}

function queryOf(id: string, source: CloudWatchMetric): MetricDataQuery {
  const dimensions = Object.entries(source.dimensions);
  return {
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: source.namespace,
        MetricName: source.metric_name,
        Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
      },
      Period: source.period_seconds,
      Stat: source.stat,
    },
    ReturnData: true,
  };
}

/** A wrong name or dimension looks just like a quiet metric, so an empty answer is mentioned. */
function problemOf(answer: QueryAnswer | undefined): string | undefined {
  if (answer?.problem !== undefined) return answer.problem;
  return answer === undefined || answer.values.size === 0
    ? 'cloudwatch has no values of it in this range'
    : undefined;
}

function ascending(answer: QueryAnswer | undefined): readonly (readonly [number, number])[] {
  return [...(answer?.values ?? [])].sort(([a], [b]) => a - b);
}
