import { momentsOfLocalTime, type TimeZone } from '../series/time-zone.ts';
import { DAY, type EpochMs, epochMs, floorTo } from '../time.ts';

/** The periods that capacity is planned for. */
export const CAPACITY_PERIODS = ['next_day', 'next_week', 'next_month', 'next_weekend'] as const;
export type CapacityPeriod = (typeof CAPACITY_PERIODS)[number];

/** A stretch of local days, from its first moment to before its last. */
export interface Period {
  readonly name: CapacityPeriod;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** The first day as local calendars write it: `2026-03-29`. */
  readonly firstDay: string;
  /** Monday = 0 … Sunday = 6. */
  readonly firstWeekday: number;
}

/** Days of each; four whole weeks are what forecasts by the hour reach, a month is not. */
const DAYS = { next_day: 1, next_week: 7, next_month: 28, next_weekend: 2 } as const;

const DAYS_A_WEEK = 7;
const SATURDAY = 5;

/**
 * The period of this name after `now`, in days as the clocks of `zone` show them: from midnight to
 * midnight, so 23 or 25 hours long where the clocks change. `next_day`, `next_week` and `next_month`
 * (28 days) begin tomorrow, `next_weekend` on the first Saturday that has not begun.
 *
 * @example
 * ```ts
 * const friday = epochMs(Date.UTC(2026, 2, 27, 15));
 * const utc = { offsetAt: () => durationMs(0) };
 * periodAfter(friday, 'next_day', utc).firstDay; // => '2026-03-28'
 * periodAfter(friday, 'next_weekend', utc).firstWeekday; // => 5
 * ```
 */
export function periodAfter(now: EpochMs, name: CapacityPeriod, zone: TimeZone): Period {
  const today = floorTo(epochMs(now + zone.offsetAt(now)), DAY);
  const tomorrow = today + DAY;
  const first = name === 'next_weekend' ? saturdayFrom(tomorrow) : tomorrow;
  return {
    name,
    from: startOfLocalDay(first, zone),
    to: startOfLocalDay(first + DAYS[name] * DAY, zone),
    firstDay: new Date(first).toISOString().slice(0, 10),
    firstWeekday: weekdayOf(first),
  };
}

/** The first Saturday at or after a local midnight. */
function saturdayFrom(localMidnight: number): number {
  const days = (SATURDAY - weekdayOf(localMidnight) + DAYS_A_WEEK) % DAYS_A_WEEK;
  return localMidnight + days * DAY;
}

/** Monday = 0. The epoch was a Thursday. */
function weekdayOf(localMidnight: number): number {
  const day = (localMidnight / DAY + 3) % DAYS_A_WEEK;
  return day < 0 ? day + DAYS_A_WEEK : day;
}

/**
 * The moment at which a local day begins: the first midnight where clocks show it twice, and the
 * moment of the change where they skip it (in Beirut, clocks go from 23:59 to 01:00).
 */
function startOfLocalDay(localMidnight: number, zone: TimeZone): EpochMs {
  const [first] = momentsOfLocalTime(localMidnight, zone);
  if (first !== undefined) return first;
  const before = zone.offsetAt(epochMs(localMidnight - DAY));
  return epochMs(localMidnight - before);
}
