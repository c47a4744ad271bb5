import { DAY, type EpochMs, HOUR } from '../time.ts';
import { SAMPLE_PARAMETERS } from './webshop-parameters.ts';

const HOURS_A_WEEK = 168;

/** Requests a second at each full hour of the week, from Monday 00:00 UTC. */
const WEEK_TABLE: readonly number[] = Array.from({ length: HOURS_A_WEEK }, (_, hour) => {
  const { requestRate, workingDay, weekend, dayFactor } = SAMPLE_PARAMETERS.load;
  const day = Math.floor(hour / 24);
  const shape = day < 5 ? workingDay : weekend;
  return requestRate * dayFactor[day]! * shape[hour % 24]!;
});

/** Day of the week in UTC, Monday = 0. The epoch was a Thursday. */
export function dayOfWeek(at: EpochMs): number {
  return (Math.floor(at / DAY) + 3) % 7;
}

/** Minutes since midnight UTC. */
export function minuteOfDay(at: EpochMs): number {
  return Math.floor((at % DAY) / 60_000);
}

/**
 * Requests a second that the time of day and week alone lets expect: a smooth curve through the
 * hourly shape (Catmull & Rom 1974).
 */
export function expectedRate(at: EpochMs): number {
  const hours = dayOfWeek(at) * 24 + (at % DAY) / HOUR;
  const hour = Math.floor(hours);
  const x = hours - hour;
  const before = WEEK_TABLE[(hour + HOURS_A_WEEK - 1) % HOURS_A_WEEK]!;
  const left = WEEK_TABLE[hour]!;
  const right = WEEK_TABLE[(hour + 1) % HOURS_A_WEEK]!;
  const after = WEEK_TABLE[(hour + 2) % HOURS_A_WEEK]!;
  const slope = (right - before) / 2;
  const quadratic = before - 2.5 * left + 2 * right - after / 2;
  const cubic = (after - before) / 2 + (left - right) * 1.5;
  return left + x * (slope + x * (quadratic + x * cubic));
}
