import type { WhenQuery, WhenResponse } from '#contracts/http/when.ts';
import {
  type CrossedBy,
  crossingDistribution,
  crossingQuantile,
  isBeyond,
  type Side,
} from '#core/capacity/time-to-threshold.ts';
import { DomainError } from '#core/errors.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { addMs, type EpochMs, epochMs, HOUR, toIso } from '#core/time.ts';
import { readFrame } from '../read-frame.ts';
import { resolveWorkload } from '../select-workload.ts';
import { requireMetric } from '../serving/predict.ts';
import type { Workload } from '../workload-directory.ts';
import type { CapacityDeps } from './capacity-deps.ts';
import { CROSSING_QUANTILES, forecastCrossing } from './crossing-forecast.ts';

/** By when it has been crossed with these probabilities. */
const TOLD_QUANTILES = [0.1, 0.5, 0.9] as const;
const MORE_LIKELY_THAN_NOT = 0.5;

/** The newest value is looked for so far back from when the metric was last seen. */
const NEWEST_WITHIN_STEPS = 24;

/**
 * When a metric will cross a limit, as a distribution over the time ahead.
 * @throws {DomainError} `REQUEST_INVALID`, `NOT_FOUND`, `METRIC_UNKNOWN`, and as `predict`
 */
export async function whenCrossed(deps: CapacityDeps, query: WhenQuery): Promise<WhenResponse> {
  const now = deps.clock.now();
  const workload = await resolveWorkload(deps.directory, query);
  const metric = requireMetric(workload, query.metric);
  const { side, limit } = limitOf(metric, query);
  const asked = addMs(now, HOUR, query.horizon_hours);
  const forecast = await forecastCrossing(deps, workload, metric, asked);
  const current = await newestValue(deps, workload, metric);
  const until = epochMs(Math.min(asked, forecast.until));
  const moments = forecast.moments.filter(({ at }) => at < until);
  const isBeyondNow = current !== undefined && isBeyond(current.value, limit, side);
  const distribution = isBeyondNow
    ? [{ at: current.at, probability: 1 }]
    : crossingDistribution(moments, limit, side);
  const probability = distribution.at(-1)?.probability;
  const { answers } = forecast;
  return {
    workload: workload.id,
    simulated: workload.simulated,
    metric,
    unit: metricDefinition(metric).unit,
    side,
    limit,
    generated_at: toIso(now),
    data_as_of: answers[0]?.data_as_of ?? toIso(now),
    valid_until: answers.map(({ valid_until }) => valid_until).sort()[0] ?? toIso(now),
    status: isBeyondNow ? 'beyond_now' : statusOf(probability),
    current: current ? { timestamp: toIso(current.at), value: current.value } : null,
    horizon_until: toIso(until),
    probability: probability ?? null,
    smallest_probability: moments.length === 0 ? null : (CROSSING_QUANTILES[0] ?? null),
    crossing: TOLD_QUANTILES.map((q) => crossingOf(distribution, q, now)),
    distribution: rises(distribution),
    forecasts: answers.map((answer) => ({
      step_seconds: answer.step_seconds,
      until: answer.predictions.at(-1)?.timestamp ?? answer.data_as_of,
      model: answer.model,
      version: answer.version,
      stage: answer.stage,
      coverage: answer.coverage,
    })),
    reasons: [...forecast.reasons],
  };
}

/** @throws {DomainError} `REQUEST_INVALID` for a limit that the metric cannot be beyond */
function limitOf(
  metric: string,
  { above, below }: WhenQuery,
): { readonly side: Side; readonly limit: number } {
  const side = above === undefined ? 'below' : 'above';
  const { value = Number.NaN, isShare = false } = above ?? below ?? {};
  const { unit, minimum, maximum } = metricDefinition(metric);
  if (isShare && unit !== 'ratio') {
    const message = `${metric} is no ratio: write the limit in its unit (${unit}), not in %`;
    throw new DomainError('REQUEST_INVALID', message, { metric, unit });
  }
  if (
    side === 'above' ? value >= minimum && value < maximum : value > minimum && value <= maximum
  ) {
    return { side, limit: value };
  }
  const hint = unit === 'ratio' ? ', e.g. 0.9 or 90%' : '';
  const message = `${metric} lies between ${minimum} and ${maximum}${hint}: it is never ${side} ${value}, or always`;
  throw new DomainError('REQUEST_INVALID', message, { metric, minimum, maximum, limit: value });
}

async function newestValue(
  { observations }: CapacityDeps,
  workload: Workload,
  metric: string,
): Promise<{ readonly at: EpochMs; readonly value: number } | undefined> {
  const { gridStep } = workload;
  const lastSeen = workload.metrics.get(metric)?.lastSeen ?? workload.lastSeen;
  const range = {
    from: epochMs(Math.max(0, lastSeen - NEWEST_WITHIN_STEPS * gridStep)),
    to: addMs(lastSeen, gridStep, 2),
  };
  const series = (await readFrame(observations, workload, range))?.series.get(metric);
  const last = series?.values.findLastIndex(Number.isFinite) ?? -1;
  const value = series?.values[last];
  return series && value !== undefined
    ? { at: addMs(series.start, series.step, last), value }
    : undefined;
}

function statusOf(probability: number | undefined): WhenResponse['status'] {
  if (probability === undefined) return 'unknown';
  if (probability >= MORE_LIKELY_THAN_NOT) return 'expected';
  return probability > 0 ? 'possible' : 'not_within_horizon';
}

function crossingOf(distribution: readonly CrossedBy[], q: number, now: EpochMs) {
  const at = crossingQuantile(distribution, q);
  if (at === undefined) return { quantile: q, at: null, seconds: null };
  return { quantile: q, at: toIso(at), seconds: Math.max(0, Math.round((at - now) / 1_000)) };
}

/** The moments at which the probability is greater than before. */
function rises(distribution: readonly CrossedBy[]): WhenResponse['distribution'] {
  return distribution.flatMap(({ at, probability }, i) =>
    probability > (distribution[i - 1]?.probability ?? 0)
      ? [{ timestamp: toIso(at), probability }]
      : [],
  );
}
