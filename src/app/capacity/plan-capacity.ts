import {
  CapacityPeriodSchema,
  type CapacityQuery,
  type CapacityResponse,
  type MetricCapacity,
} from '#contracts/http/capacity.ts';
import type { Reason } from '#contracts/http/common.ts';
import { CAPACITY_PERIODS, type Period, periodAfter } from '#core/capacity/period.ts';
import { DomainError, isDomainError } from '#core/errors.ts';
import { quantile } from '#core/math/statistics.ts';
import { findTimeZone, type TimeZone } from '#core/series/time-zone.ts';
import { HOUR, toIso, WEEK } from '#core/time.ts';
import { resolveWorkload } from '../select-workload.ts';
import { requireMetric } from '../serving/predict.ts';
import type { Workload } from '../workload-directory.ts';
import type { CapacityDeps } from './capacity-deps.ts';
import { type ContainerReading, readContainerUse } from './container-use.ts';
import {
  type MetricPlan,
  measuredConfidence,
  metricCapacityOf,
  planMetric,
} from './metric-capacity.ts';
import { periodSizes } from './period-sizes.ts';
import { statedSizes } from './stated-sizes.ts';

/** Planned unless a request names others: those of them that a workload has. */
const DEFAULT_METRICS = ['cpu_cores', 'cpu_utilization', 'memory_bytes', 'memory_utilization'];

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

const FORECAST_TYPES = {
  next_day: 'daily_average',
  next_week: 'weekly_average',
  next_month: 'monthly_average',
  next_weekend: 'weekend_average',
} as const;

/**
 * What a workload will need over the next day, week, 28 days or weekend of a time zone: mean, 95th
 * percentile and peak of its CPU and memory with their intervals, and requests and limits from them.
 * Metrics without a forecast are named under `errors`; only when none has one is it refused.
 *
 * @param name - of the period, as it comes in
 * @throws {DomainError} `REQUEST_INVALID`, `NOT_FOUND`, `METRIC_UNKNOWN`, and as `predict`
 */
export async function planCapacity(
  deps: CapacityDeps,
  name: string,
  query: CapacityQuery,
): Promise<CapacityResponse> {
  const now = deps.clock.now();
  const zone = requireZone(query.time_zone);
  const period = periodAfter(now, requirePeriod(name), zone);
  const workload = await resolveWorkload(deps.directory, query);
  const metrics = metricsOf(workload, query.metrics);
  const { plans, errors } = await planAll(deps, workload, metrics, { period, level: query.level });
  const stated = statedSizes(query, deps.scaling, workload.id);
  const reading = await readContainerUse(deps, workload, WEEK, stated);
  const sizes = periodSizes(plans, reading, stated, { period, preset: query.preset });
  const cpu = plans.get('cpu_cores') ?? plans.get('cpu_utilization');
  const first = cpu ?? plans.values().next().value;
  const meanOf = (metric: string) => plans.get(metric)?.summary.mean.value ?? null;
  const valid = [...plans.values()].map(({ answer }) => answer.valid_until).sort();
  return {
    workload: workload.id,
    simulated: workload.simulated,
    generated_at: toIso(now),
    valid_until: valid[0] ?? toIso(now),
    ...calendarOf(period),
    time_zone: query.time_zone,
    level: query.level,
    ...sizes,
    insights: {
      cpu_utilization: meanOf('cpu_utilization'),
      memory_utilization: meanOf('memory_utilization'),
      confidence: first ? measuredConfidence(first, period, query.level) : null,
    },
    model_info: first ? modelInfo(first, period) : null,
    metrics: Object.fromEntries(
      [...plans].map(([metric, plan]) => [metric, capacityOf(plan, reading, zone)]),
    ),
    errors,
    reasons: [...reading.because],
  };
}

function requirePeriod(name: string) {
  const period = CapacityPeriodSchema.safeParse(name);
  if (period.success) return period.data;
  throw new DomainError(
    'REQUEST_INVALID',
    `a period is one of ${CAPACITY_PERIODS.join(', ')}, got ${name.slice(0, 40)}`,
    { allowed: CAPACITY_PERIODS },
  );
}

function requireZone(name: string): TimeZone {
  const zone = findTimeZone(name);
  if (zone) return zone;
  throw new DomainError(
    'REQUEST_INVALID',
    `there is no time zone ${name}: write it as Europe/Berlin or +02:00`,
    { time_zone: name },
  );
}

/** @throws {DomainError} `METRIC_UNKNOWN` */
function metricsOf(workload: Workload, asked: readonly string[] | undefined): readonly string[] {
  if (asked) return [...new Set(asked.map((name) => requireMetric(workload, name)))];
  const known = DEFAULT_METRICS.filter((metric) => workload.metrics.has(metric));
  if (known.length > 0) return known;
  throw new DomainError(
    'METRIC_UNKNOWN',
    `${workload.key} has neither CPU nor memory metrics: name others`,
    { known: [...workload.metrics.keys()] },
  );
}

async function planAll(
  deps: CapacityDeps,
  workload: Workload,
  metrics: readonly string[],
  options: { readonly period: Period; readonly level: number },
) {
  const plans = new Map<string, MetricPlan>();
  const errors: Record<string, Reason> = {};
  let first: DomainError | undefined;
  for (const metric of metrics) {
    try {
      plans.set(metric, await planMetric(deps, workload, metric, options));
    } catch (error) {
      if (!isDomainError(error)) throw error;
      first ??= error;
      errors[metric] = { code: error.code, message: error.message };
    }
  }
  if (first && plans.size === 0) throw first;
  return { plans, errors };
}

/** The period under the names that the seeds gave its days. */
function calendarOf({ name, from, to, firstDay, firstWeekday }: Period) {
  return {
    period: name,
    forecast_type: FORECAST_TYPES[name],
    from: toIso(from),
    to: toIso(to),
    hours: (to - from) / HOUR,
    date: firstDay,
    day_of_week: WEEKDAYS[firstWeekday] ?? '',
    ...(name === 'next_week' ? { week_start: firstDay } : {}),
    ...(name === 'next_month' ? { month: firstDay.slice(0, 7) } : {}),
    ...(name === 'next_weekend' ? { prediction_date: firstDay } : {}),
  };
}

function modelInfo({ answer }: MetricPlan, { name }: Period) {
  return {
    model: answer.model,
    model_version: answer.version,
    training_date: answer.trained_at,
    forecast_type: FORECAST_TYPES[name],
  };
}

function capacityOf(plan: MetricPlan, { frame }: ContainerReading, zone: TimeZone): MetricCapacity {
  const peak = quantile(frame?.series.get(plan.metric)?.values ?? [], 1);
  return metricCapacityOf(plan, Number.isFinite(peak) ? peak : null, zone);
}
