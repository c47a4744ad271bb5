import { addMs, type DurationMs, durationMs, type EpochMs } from '#core/time.ts';
import { REFRESH } from './forecast-reasons.ts';

/**
 * When a forecast may no longer be acted on: twice the refresh after the newest observation it rests
 * on, or two steps where those are longer.
 */
export function forecastValidUntil(cutoff: EpochMs, step: DurationMs): EpochMs {
  return addMs(cutoff, durationMs(Math.max(2 * REFRESH, 2 * step)));
}
