import type { Reason } from '#contracts/http/common.ts';
import type { Forecast } from '#core/forecast/forecaster.ts';
import type { KnownEvent } from '#core/forecast/known-events.ts';
import { addMs, type DurationMs, durationMs, type EpochMs, HOUR, toIso } from '#core/time.ts';

/** Forecasts are refreshed this often; older data than twice this are stale. */
export const REFRESH: DurationMs = HOUR;

/** A value belongs to the step that it begins, so it is known when the step has ended. */
export function stalenessOf({ cutoff, step }: Forecast, now: EpochMs): Reason[] {
  const age = durationMs(now - cutoff);
  if (age <= Math.max(2 * REFRESH, 3 * step)) return [];
  return [
    {
      code: 'DATA_STALE',
      message: `the newest observation is of ${toIso(cutoff)}: the forecast starts there`,
      details: { age_seconds: Math.round(age / 1_000) },
    },
  ];
}

/** The configured events that this forecast takes into account. */
export function expectedEvents(events: readonly KnownEvent[], forecast: Forecast): Reason[] {
  const first = addMs(forecast.cutoff, forecast.step);
  const last = addMs(forecast.cutoff, forecast.step, forecast.point.length);
  return events
    .filter(({ start, end }) => start <= last && end > first)
    .map(({ name, start, end, factor }) => ({
      code: 'KNOWN_EVENT',
      message: `${name} is expected to multiply values by ${factor} from ${toIso(start)} to ${toIso(end)}`,
      details: { factor, start: toIso(start), end: toIso(end) },
    }));
}

/** Why an answer has no bounds. */
export function noInterval(member: string): Reason {
  return {
    code: 'NO_INTERVAL',
    message: `too few forecasts of ${member} were measured to give bounds`,
  };
}
