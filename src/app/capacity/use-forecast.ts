import type { PredictResponse } from '#contracts/http/predict.ts';
import { DomainError, isDomainError } from '#core/errors.ts';
import type { Because } from '#core/recommend/because.ts';
import type { UseForecast } from '#core/recommend/resource-policy.ts';
import { addMs, DAY } from '#core/time.ts';
import type { Workload } from '../workload-directory.ts';
import type { CapacityDeps } from './capacity-deps.ts';
import { forecastHours } from './hourly-forecast.ts';

/** What one replica will use over the next day, or why nobody knows. */
export type ForecastUse =
  | { readonly ok: true; readonly use: UseForecast; readonly answer: PredictResponse }
  | { readonly ok: false; readonly because: Because };

/**
 * Forecasts the use of one replica over the next 24 hours: its greatest value, and the greatest of
 * the upper bound.
 *
 * @param perReplica - what a value of the metric is multiplied by, e.g. 1 / replicas
 * @param level - central coverage of the bounds
 */
export async function forecastUse(
  deps: CapacityDeps,
  workload: Workload,
  metric: string,
  { perReplica, level }: { readonly perReplica: number; readonly level: number },
): Promise<ForecastUse> {
  const now = deps.clock.now();
  try {
    const until = addMs(now, DAY);
    const answer = await forecastHours(deps, workload, { metric, until, level });
    const ahead = answer.predictions.filter(({ timestamp }) => Date.parse(timestamp) >= now);
    if (ahead.length === 0) {
      throw new DomainError('HISTORY_TOO_SHORT', `the newest value of ${metric} is too old`);
    }
    const uppers = ahead.flatMap(({ upper_bound }) => upper_bound ?? []);
    if (uppers.length === 0) {
      const message = `there are no bounds around the forecast of ${metric} yet`;
      return { ok: false, because: { code: 'NO_INTERVAL', message } };
    }
    const expected = Math.max(...ahead.map(({ value }) => value)) * perReplica;
    const upper = Math.max(...uppers) * perReplica;
    return { ok: true, answer, use: { expected, upper, quantile: (1 + level) / 2 } };
  } catch (error) {
    if (!isDomainError(error, 'HISTORY_TOO_SHORT', 'METRIC_UNKNOWN', 'REQUEST_INVALID'))
      throw error;
    return { ok: false, because: { code: error.code, message: error.message } };
  }
}
