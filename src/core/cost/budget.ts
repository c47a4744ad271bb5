import { addMs, DAY, type EpochMs, epochMs, HOUR } from '../time.ts';

/** A calendar month in UTC, as clouds bill. */
export interface Month {
  readonly start: EpochMs;
  /** The first moment after it. */
  readonly end: EpochMs;
}

/**
 * The month that a moment lies in.
 * @example
 * ```ts
 * const february = monthOf(epochMs(Date.UTC(2024, 1, 29, 23)));
 * (february.end - february.start) / DAY; // => 29
 * ```
 */
export function monthOf(at: EpochMs): Month {
  const date = new Date(at);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { start: epochMs(Date.UTC(year, month)), end: epochMs(Date.UTC(year, month + 1)) };
}

/** What a budget is judged by. */
export interface Spending {
  /** Of the month, as far as it was observed. */
  readonly spent: number;
  /** What an hour costs now: the mean of the last week, or of what there is; null when unknown. */
  readonly perHour: number | null;
}

/** Where a month's budget is heading. */
export interface BudgetOutlook {
  readonly spent: number;
  readonly remaining: number;
  /** Share of the budget that is spent, and share of the month that is over. */
  readonly spentShare: number;
  readonly elapsedShare: number;
  readonly perDay: number | null;
  /** Spent by the end of the month, if it goes on so; null when the rate is unknown. */
  readonly projected: number | null;
  readonly overage: number | null;
  /**
   * Days until the budget is spent, if it goes on so: 0 when it is, null when nothing is being spent
   * or the rate is unknown. It may lie beyond the end of the month.
   */
  readonly daysToExhaustion: number | null;
}

/**
 * Where a month's budget is heading at the rate that money is being spent now.
 *
 * @param budget - for the month, above 0
 * @throws {RangeError} when `budget` is not above 0
 * @example
 * ```ts
 * const middle = epochMs(Date.UTC(2024, 3, 16)); // half of April is over
 * const outlook = budgetOutlook(300, { spent: 180, perHour: 0.5 }, middle);
 * outlook.projected; // => 360
 * outlook.overage; // => 60
 * outlook.daysToExhaustion; // => 10
 * ```
 */
export function budgetOutlook(
  budget: number,
  { spent, perHour }: Spending,
  now: EpochMs,
): BudgetOutlook {
  if (!(budget > 0)) throw new RangeError(`a budget is above 0, got ${budget}`);
  const { start, end } = monthOf(now);
  const remaining = budget - spent;
  const projected = perHour === null ? null : spent + (perHour * (end - now)) / HOUR;
  return {
    spent,
    remaining,
    spentShare: spent / budget,
    elapsedShare: (now - start) / (end - start),
    perDay: perHour === null ? null : (perHour * DAY) / HOUR,
    projected,
    overage: projected === null ? null : Math.max(0, projected - budget),
    daysToExhaustion: daysUntilSpent(remaining, perHour),
  };
}

function daysUntilSpent(remaining: number, perHour: number | null): number | null {
  if (remaining <= 0) return 0;
  if (perHour === null || !(perHour > 0)) return null;
  return (remaining / perHour) * (HOUR / DAY);
}

/** How far back the present rate is measured: weekdays and weekend both count. */
export function rateWindow(now: EpochMs): EpochMs {
  return addMs(now, DAY, -7);
}
