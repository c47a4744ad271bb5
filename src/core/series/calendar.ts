import { DAY, type DurationMs, type EpochMs, epochMs, HOUR, SECOND } from '../time.ts';
import type { Grid } from './grid.ts';
import type { TimeZone } from './time-zone.ts';

/** What the clock on the wall and the calendar say about a moment, all numbers. */
export const CALENDAR_FEATURES = [
  /** Hours since local midnight as clocks show them, 0 to below 24, minutes as a fraction. */
  'hour',
  /** Monday = 0 … Sunday = 6. */
  'day_of_week',
  /** 1 on Saturday and Sunday, else 0. */
  'is_weekend',
  /** The hour and the day of the week on a circle, so that the last is next to the first. */
  'hour_sin',
  'hour_cos',
  'day_sin',
  'day_cos',
  /** 1 from 09:00 to before 17:00 on Monday to Friday, else 0. */
  'is_business_hours',
] as const;

export type CalendarFeature = (typeof CALENDAR_FEATURES)[number];

/** A column a feature, a row a grid point. */
export type CalendarColumns = Readonly<Record<CalendarFeature, Float64Array>>;

const DAYS_A_WEEK = 7;
const SATURDAY = 5;
const OPENS_HOUR = 9;
const CLOSES_HOUR = 17;

/**
 * The calendar features of every point of a grid, as the clocks of `zone` show them: on the days when
 * those change, an hour of the day is missing or there twice, and every other hour keeps its numbers.
 *
 * @example
 * ```ts
 * const monday = { start: epochMs(Date.UTC(2024, 0, 1, 9, 30)), step: HOUR, length: 2 };
 * calendarFeatures(monday, { offsetAt: () => durationMs(0) }).hour; // => [9.5, 10.5]
 * calendarFeatures(monday, { offsetAt: () => durationMs(-HOUR) }).is_business_hours; // => [0, 1]
 * ```
 */
export function calendarFeatures(grid: Grid, zone: TimeZone): CalendarColumns {
  const column = () => new Float64Array(grid.length);
  const columns = {
    hour: column(),
    day_of_week: column(),
    is_weekend: column(),
    hour_sin: column(),
    hour_cos: column(),
    day_sin: column(),
    day_cos: column(),
    is_business_hours: column(),
  } satisfies CalendarColumns;
  const local = localTimes(grid, zone);
  for (let i = 0; i < grid.length; i++) {
    const hour = msOfDay(local[i]!) / HOUR;
    const day = dayOfWeek(local[i]!);
    const isWeekend = day >= SATURDAY;
    columns.hour[i] = hour;
    columns.day_of_week[i] = day;
    columns.is_weekend[i] = isWeekend ? 1 : 0;
    columns.hour_sin[i] = Math.sin((2 * Math.PI * hour) / 24);
    columns.hour_cos[i] = Math.cos((2 * Math.PI * hour) / 24);
    columns.day_sin[i] = Math.sin((2 * Math.PI * day) / DAYS_A_WEEK);
    columns.day_cos[i] = Math.cos((2 * Math.PI * day) / DAYS_A_WEEK);
    columns.is_business_hours[i] = !isWeekend && hour >= OPENS_HOUR && hour < CLOSES_HOUR ? 1 : 0;
  }
  return columns;
}

/**
 * Which slot of the local day (or week, from Monday on) every point of a grid falls into. The same
 * time on the wall is always the same slot: on the day of 25 hours the repeated hour has its slots
 * twice, on the day of 23 hours the skipped ones stay empty.
 *
 * @param options.slot - length of a slot, the grid's step unless told; must divide a day
 * @returns 0 … slots a day (or a week) − 1
 * @throws {RangeError} when a day is not a whole number of slots
 * @example
 * ```ts
 * const sunday = { start: epochMs(Date.UTC(2024, 0, 7, 22)), step: HOUR, length: 3 };
 * [...localSlots(sunday, { offsetAt: () => HOUR })]; // => [23, 0, 1]
 * [...localSlots(sunday, { offsetAt: () => HOUR }, { cycle: 'week' })]; // => [167, 0, 1]
 * ```
 */
export function localSlots(
  grid: Grid,
  zone: TimeZone,
  options: { readonly slot?: DurationMs; readonly cycle?: 'day' | 'week' } = {},
): Int32Array {
  const { slot = grid.step, cycle = 'day' } = options;
  const slotsPerDay = DAY / slot;
  if (!Number.isInteger(slotsPerDay)) {
    throw new RangeError(`a slot must divide a day, got ${slot} ms`);
  }
  const local = localTimes(grid, zone);
  return Int32Array.from(local, (at) => {
    const ofDay = Math.floor(msOfDay(at) / slot);
    return cycle === 'day' ? ofDay : dayOfWeek(at) * slotsPerDay + ofDay;
  });
}

/** What clocks show at every point of a grid, as milliseconds since the epoch as if it were UTC. */
function localTimes({ start, step, length }: Grid, zone: TimeZone): Float64Array {
  const offsetAt = rememberingDays(zone);
  const local = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const at = epochMs(start + i * step);
    local[i] = at + offsetAt(at);
  }
  return local;
}

/**
 * The zone's offsets, asked for twice a day and not at every moment: asking Intl costs microseconds.
 * No zone changes its clocks twice in a day.
 */
function rememberingDays(zone: TimeZone): (at: EpochMs) => number {
  let from = Number.NaN;
  let change = Number.NaN;
  let before = 0;
  let after = 0;
  return (at) => {
    if (!(at >= from && at < from + DAY)) {
      from = Math.floor(at / DAY) * DAY;
      before = zone.offsetAt(epochMs(from));
      after = zone.offsetAt(epochMs(from + DAY));
      change = before === after ? from + DAY : changeBetween(zone, from, from + DAY);
    }
    return at < change ? before : after;
  };
}

/** The first second after `from` at which the offset is no longer what it was there. */
function changeBetween(zone: TimeZone, from: number, to: number): number {
  const before = zone.offsetAt(epochMs(from));
  let low = 0;
  let high = (to - from) / SECOND;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (zone.offsetAt(epochMs(from + middle * SECOND)) === before) low = middle;
    else high = middle;
  }
  return from + high * SECOND;
}

function msOfDay(local: number): number {
  return local - Math.floor(local / DAY) * DAY;
}

/** Monday = 0. The epoch was a Thursday. */
function dayOfWeek(local: number): number {
  const day = (Math.floor(local / DAY) + 3) % DAYS_A_WEEK;
  return day < 0 ? day + DAYS_A_WEEK : day;
}
