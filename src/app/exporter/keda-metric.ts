import type { IssuedForecast } from '#contracts/http/catalog.ts';
import { type KedaMetric, type KedaQuery, RECOMMENDED_REPLICAS } from '#contracts/http/scalers.ts';
import { DomainError } from '#core/errors.ts';
import { type Clock, durationMs, type EpochMs, MINUTE, toIso } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import type { IssuedForecasts } from '../issued-forecasts.ts';
import { isValidAt, type RecommendationLog } from '../recommendation-log.ts';
import { requireMetric } from '../serving/predict.ts';
import { requireWorkload, type Workload, type WorkloadDirectory } from '../workload-directory.ts';
import { greatestAhead, isIssuedValid, issuedValidUntil } from './issued-ahead.ts';

export interface KedaDeps {
  readonly directory: WorkloadDirectory;
  readonly issued: Pick<IssuedForecasts, 'list'>;
  readonly recommendations: Pick<RecommendationLog, 'latest'>;
  readonly clock: Clock;
}

/**
 * One number for a scaler: the replicas that are recommended now, or the greatest value of a metric
 * that is forecast for the time ahead. Never one that has expired: then there is no answer, and the
 * scaler keeps what it has or falls back, as it was told to.
 *
 * @throws {DomainError} `NOT_FOUND`, `METRIC_UNKNOWN`, `NOT_PUBLISHED` with the reasons
 */
export async function kedaMetric(
  deps: KedaDeps,
  deployment: string,
  query: KedaQuery,
): Promise<KedaMetric> {
  const { metric, namespace, cluster, container } = query;
  const id = workloadId({ deployment, namespace, cluster, container });
  const workload = await requireWorkload(deps.directory, id);
  const now = deps.clock.now();
  return metric === RECOMMENDED_REPLICAS
    ? recommendedReplicas(deps, workload, now)
    : predictedLoad(deps, workload, query, now);
}

async function recommendedReplicas(
  { recommendations }: KedaDeps,
  workload: Workload,
  now: EpochMs,
): Promise<KedaMetric> {
  const latest = await recommendations.latest(workload.key);
  if (!latest) throw notPublished(workload, 'no recommendation was ever published', {});
  const { target_replicas: value, generated_at, valid_until, reasons, simulated } = latest;
  const facts = { generated_at, valid_until, reasons };
  if (!isValidAt(latest, now)) {
    throw notPublished(workload, `the recommendation was valid until ${valid_until}`, facts);
  }
  if (value === null) throw notPublished(workload, 'Helios holds: it has no opinion', facts);
  const metric = RECOMMENDED_REPLICAS;
  return { value, metric, workload: workload.id, simulated, ...facts, reasons: [...reasons] };
}

async function predictedLoad(
  { issued }: KedaDeps,
  workload: Workload,
  query: KedaQuery,
  now: EpochMs,
): Promise<KedaMetric> {
  const metric = requireMetric(workload, query.metric);
  const [forecast] = await issued.list({ workload: workload.key, metric }, 1);
  if (!forecast)
    throw notPublished(workload, `no forecast of ${metric} was issued yet`, { metric });
  const valid_until = toIso(issuedValidUntil(forecast));
  const facts = { metric, generated_at: forecast.issued_at, valid_until };
  if (!isIssuedValid(forecast, now)) {
    const message = `the forecast of ${metric} was valid until ${valid_until}`;
    throw notPublished(workload, message, facts);
  }
  const value = loadAhead(forecast, query, now);
  if (value === undefined) {
    const message = `the forecast of ${metric} has no ${query.bound} bound that far ahead`;
    throw notPublished(workload, message, { ...facts, bound: query.bound });
  }
  const { simulated, id } = workload;
  return {
    value,
    metric,
    workload: id,
    simulated,
    generated_at: forecast.issued_at,
    valid_until,
    reasons: [],
  };
}

function loadAhead(
  forecast: IssuedForecast,
  { bound, horizon_minutes }: KedaQuery,
  now: EpochMs,
): number | undefined {
  return greatestAhead(forecast, bound, now, durationMs(horizon_minutes * MINUTE));
}

function notPublished(
  workload: Workload,
  why: string,
  details: Readonly<Record<string, unknown>>,
): DomainError {
  return new DomainError('NOT_PUBLISHED', `${workload.key}: ${why}`, {
    workload: workload.key,
    ...details,
  });
}
