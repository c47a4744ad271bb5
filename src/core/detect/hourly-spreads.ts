import { MAD_TO_SIGMA, mean, median } from '../math/statistics.ts';
import { DAY, type DurationMs, type EpochMs, HOUR } from '../time.ts';

/** Hours of a day that spreads are known at. */
export const HOURS = 24;
/** A spread of 0 would make any change infinitely surprising. */
const LEAST_SPREAD = 1e-9;
/** An hour is at least this share as restless as the whole day. */
const LEAST_SHARE = 0.1;

/** The distances of one hour of the day, those of even and of odd days apart. */
type Distances = readonly [even: number[], odd: number[]];

/**
 * Spread of a column about its centre at each hour of the day (UTC), from that hour and the two beside
 * it: nights are quieter than days. How much the hours differ is believed as far as the even and the
 * odd days agree on it; slow statistics have few independent values in an hour, and hours that only
 * seem quiet would alarm in health.
 */
export function hourlySpreads(
  column: Float64Array,
  centre: number,
  { start, step }: { readonly start: EpochMs; readonly step: DurationMs },
): number[] {
  const distances = column.map((value) => Math.abs(value - centre));
  const byHour = Array.from({ length: HOURS }, (): Distances => [[], []]);
  for (let i = 0; i < distances.length; i++) {
    if (Number.isNaN(distances[i]!)) continue;
    const at = start + i * step;
    byHour[Math.floor((at % DAY) / HOUR)]![Math.floor(at / DAY) % 2]!.push(distances[i]!);
  }
  const overall = MAD_TO_SIGMA * median(distances);
  const logs = logSpreads(
    byHour.map(([even, odd]) => even.concat(odd)),
    overall,
  );
  const halves = [0, 1].map((half) =>
    logSpreads(
      byHour.map((each) => each[half]!),
      overall,
    ),
  );
  const variance = covariance(logs, logs);
  const agreed = variance > 0 ? covariance(halves[0]!, halves[1]!) / variance : 0;
  const share = Math.min(1, Math.max(0, agreed));
  const middle = mean(logs);
  return logs.map((log) => Math.exp(middle + share * (log - middle)));
}

/**
 * The spreads at each row of a grid, between the middles of the hours.
 *
 * @param from - the row of index 0
 */
export function spreadsOver(
  spreads: readonly number[],
  { start, step }: { readonly start: EpochMs; readonly step: DurationMs },
  from: number,
  length: number,
): Float64Array {
  const perDay = DAY / step;
  const column = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    // A day later it is the same.
    const isKnown = i >= perDay && Number.isInteger(perDay);
    column[i] = isKnown ? column[i - perDay]! : spreadAt(spreads, start + (from + i) * step);
  }
  return column;
}

function spreadAt(spreads: readonly number[], at: number): number {
  const position = (at % DAY) / HOUR - 0.5;
  const hour = Math.floor(position);
  const share = position - hour;
  return (1 - share) * spreads[(hour + HOURS) % HOURS]! + share * spreads[(hour + 1) % HOURS]!;
}

function logSpreads(byHour: readonly (readonly number[])[], overall: number): number[] {
  return byHour.map((own, hour) => {
    const near = own.concat(byHour[(hour + 1) % HOURS]!, byHour[(hour + HOURS - 1) % HOURS]!);
    const spread = near.length === 0 ? overall : MAD_TO_SIGMA * median(near);
    return Math.log(Math.max(spread, LEAST_SHARE * overall, LEAST_SPREAD));
  });
}

function covariance(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [mean(one), mean(other)];
  return mean(one.map((value, i) => (value - a) * (other[i]! - b)));
}
