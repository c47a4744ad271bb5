import type { IssuedForecast } from '#contracts/http/catalog.ts';
import { addMs, type DurationMs, durationMs, type EpochMs, epochMs } from '#core/time.ts';
import { forecastValidUntil } from '../serving/valid-until.ts';

/** The three paths of a forecast as issued. */
export type ForecastPath = 'lower' | 'point' | 'upper';

/** When a forecast as issued may no longer be shown to anybody who acts on it. */
export function issuedValidUntil(forecast: IssuedForecast): EpochMs {
  return forecastValidUntil(cutoffOf(forecast), stepOf(forecast));
}

/** Whether it may be acted on now. One that was issued after now is of another clock: it may not. */
export function isIssuedValid(forecast: IssuedForecast, now: EpochMs): boolean {
  return Date.parse(forecast.issued_at) <= now && now < issuedValidUntil(forecast);
}

/**
 * The quantiles that a path stands for, of the level it was issued with; undefined for the point
 * forecast, which is none, and where the forecast has no bounds.
 */
export function quantileOf({ level }: IssuedForecast, path: ForecastPath): number | undefined {
  if (level === null || path === 'point') return undefined;
  const quantile = path === 'lower' ? (1 - level) / 2 : (1 + level) / 2;
  return Number(quantile.toFixed(6));
}

/**
 * What was forecast for a time ahead of now: the step at it, or the first after it.
 *
 * @returns undefined where the forecast has no such path or does not reach so far
 */
export function valueAhead(
  forecast: IssuedForecast,
  path: ForecastPath,
  now: EpochMs,
  ahead: DurationMs,
): number | undefined {
  return pathOf(forecast, path)?.[stepAt(forecast, addMs(now, ahead)) - 1];
}

/** The greatest value from now until a time ahead of it. @returns as `valueAhead` */
export function greatestAhead(
  forecast: IssuedForecast,
  path: ForecastPath,
  now: EpochMs,
  ahead: DurationMs,
): number | undefined {
  const [first, last] = [stepAt(forecast, now), stepAt(forecast, addMs(now, ahead))];
  const values = pathOf(forecast, path)?.slice(first - 1, last);
  return values?.length === last - first + 1 ? Math.max(...values) : undefined;
}

/** Steps after the newest observation, 1 at least. */
function stepAt(forecast: IssuedForecast, at: EpochMs): number {
  return Math.max(1, Math.ceil((at - cutoffOf(forecast)) / stepOf(forecast)));
}

function pathOf(forecast: IssuedForecast, path: ForecastPath): readonly number[] | null {
  if (path === 'point') return forecast.values;
  return path === 'lower' ? forecast.lower_bounds : forecast.upper_bounds;
}

function cutoffOf({ data_as_of }: IssuedForecast): EpochMs {
  return epochMs(Date.parse(data_as_of));
}

function stepOf({ step_seconds }: IssuedForecast): DurationMs {
  return durationMs(step_seconds * 1_000);
}
