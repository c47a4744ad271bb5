import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { CollectRequest } from '#app/ports/metric-source.ts';
import {
  billedMetrics,
  type CloudWatchMapping,
  type CloudWatchMetric,
} from '#contracts/config/cloudwatch.ts';
import type { SeriesRead } from '#core/collect/pack-calls.ts';
import { DomainError } from '#core/errors.ts';
import {
  DAY,
  DEFAULT_STEP,
  type DurationMs,
  durationMs,
  type EpochMs,
  epochMs,
  floorTo,
  HOUR,
  MINUTE,
  SECOND,
} from '#core/time.ts';
import { type WorkloadKey, workloadKey } from '#core/workload.ts';
import { queriesOf } from './cloudwatch-queries.ts';

/** Where metrics are read: a configured account by its name, and a region; the own ones unless given. */
export interface Place {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

/** What CloudWatch is asked for a workload, and where. */
export interface CloudWatchWorkload extends Place {
  readonly metrics: CloudWatchMapping;
}

/** One metric of one workload, from a moment on. */
export interface WantedRead extends SeriesRead {
  readonly metric: string;
  readonly source: CloudWatchMetric;
  /** Metrics that it is billed as. */
  readonly billed: number;
  /** Its queries, whose ids begin with `id`. */
  readonly queriesOf: (id: string) => readonly MetricDataQuery[];
}

/** What a request for one workload needs to be read. */
export interface WorkloadReads {
  readonly place: Place;
  readonly step: DurationMs;
  /** The end of the last period that is over. */
  readonly to: EpochMs;
  readonly reads: readonly WantedRead[];
  readonly problems: readonly { readonly metric: string; readonly reason: string }[];
}

/** What a request needs to be read. @throws {DomainError} `CONFIG_INVALID` for metrics of several periods */
export function readsOf(
  request: CollectRequest,
  configured: CloudWatchWorkload | undefined,
  now: EpochMs,
): WorkloadReads {
  const { metrics: mapping = {}, ...place } = configured ?? {};
  const step = stepOf(workloadKey(request.workload), mapping);
  const to = floorTo(epochMs(Math.min(request.range.to, now)), step);
  const wanted = request.metrics.length === 0 ? Object.keys(mapping) : request.metrics;
  const reads = wanted.flatMap((metric): WantedRead[] => {
    const source = Object.hasOwn(mapping, metric) ? mapping[metric] : undefined;
    if (source === undefined) return [];
    const from = startOf(request.since?.get(metric) ?? request.range.from, step, now);
    if (from >= to) return [];
    const billed = billedMetrics(source);
    const queries = 'inputs' in source ? billed + 1 : billed;
    return [{ metric, source, from, billed, queries, queriesOf: (id) => queriesOf(id, source) }];
  });
  const problems = wanted
    .filter((metric) => !Object.hasOwn(mapping, metric))
    .map((metric) => ({ metric, reason: 'not configured for cloudwatch' }));
  return { place, step, to, reads, problems };
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

/** The first period that begins in the range, and that CloudWatch still has. */
function startOf(from: EpochMs, step: DurationMs, now: EpochMs): EpochMs {
  const oldest = now - keptFor(step);
  return epochMs(Math.ceil(Math.max(from, oldest) / step) * step);
}

/**
 * How long CloudWatch keeps periods of a length: those below five minutes for 15 days, below an hour
 * for 63 days, hours for 455 days. An hour less, so that a slow call asks for nothing that is gone.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
 */
function keptFor(step: DurationMs): number {
  if (step < 5 * MINUTE) return 15 * DAY - HOUR;
  return step < HOUR ? 63 * DAY - HOUR : 455 * DAY - HOUR;
}
