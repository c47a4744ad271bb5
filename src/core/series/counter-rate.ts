import type { DurationMs } from '../time.ts';
import { orderedPresent, type Point } from './point.ts';

/**
 * Turns readings of a running total into rates per second.
 *
 * - A total that falls has been restarted from zero, so the increase is the new reading. What was
 *   counted between the last reading and the restart is lost, so such a rate is a lower bound.
 *   (Prometheus' `rate` reads counter resets the same way.)
 * - Readings of one time collapse into the greatest. The first reading gives no rate.
 * - What cannot be a total (NaN, infinite, negative) is passed over.
 * - Across more than `maxGap` nothing is said: the increase is known, but not when it happened, and
 *   smearing it would invent a calm load where there may have been an outage and a burst.
 *
 * A rate stands at the time of its later reading, the moment at which it became known. Placed any
 * earlier, it would tell a model about traffic that had not happened by then.
 *
 * @param points - totals, in any order
 * @param maxGap - longest time between two readings that still gives a rate
 * @returns rates in the counter's unit per second, ascending in time, never negative
 */
export function counterToRate(points: readonly Point[], maxGap: DurationMs): readonly Point[] {
  const rates: Point[] = [];
  let earlier: Point | undefined;
  for (const later of readings(points)) {
    if (earlier !== undefined && later.at - earlier.at <= maxGap) {
      const wasReset = later.value < earlier.value;
      const increase = wasReset ? later.value : later.value - earlier.value;
      const seconds = (later.at - earlier.at) / 1_000;
      rates.push({ at: later.at, value: increase / seconds });
    }
    earlier = later;
  }
  return rates;
}

/** One plausible total per time. Sorted by value within a time, so the last one is the greatest. */
function readings(points: readonly Point[]): readonly Point[] {
  const totals = orderedPresent(points).filter(({ value }) => value >= 0 && value < Infinity);
  return totals.filter((reading, i) => totals[i + 1]?.at !== reading.at);
}
