import { addMs, DAY, type DurationMs, type EpochMs, epochMs, MINUTE, toIso } from '../time.ts';
import { SLOTS_PER_ITEM } from './observation-item.ts';

/** How long raw slots are kept after their item is full, unless it is said otherwise. */
export const RAW_RETENTION_DAYS = 35;
/** The same for steps below one minute, which are many. */
export const FINE_RETENTION_DAYS = 2;
/** How long hourly summaries are kept after their day, unless it is said otherwise. */
export const HOURLY_RETENTION_DAYS = 400;

/**
 * Sort key of a raw item: `raw#<step ms>#<bucket start ms>`, as `raw#000300000#001763722800000`:
 * padded, so that text order is time order.
 */
export function rawSortKey(step: DurationMs, bucketStart: EpochMs): string {
  return `raw#${String(step).padStart(9, '0')}#${String(bucketStart).padStart(15, '0')}`;
}

/** The inverse of `rawSortKey`, or undefined when `sortKey` is of another kind. */
export function parseRawSortKey(
  sortKey: string,
): { readonly step: DurationMs; readonly bucketStart: EpochMs } | undefined {
  const match = /^raw#(\d{9,})#(\d{15})$/.exec(sortKey);
  if (match === null) return undefined;
  return { step: Number(match[1]) as DurationMs, bucketStart: epochMs(Number(match[2])) };
}

/**
 * Sort key of a day's summaries: `hourly#<UTC date>`, as `hourly#2025-11-21`.
 */
export function hourlySortKey(day: EpochMs): string {
  return `hourly#${toIso(day).slice(0, 10)}`;
}

/** The inverse of `hourlySortKey`, or undefined when `sortKey` is of another kind. */
export function parseHourlySortKey(sortKey: string): EpochMs | undefined {
  const match = /^hourly#(\d{4}-\d{2}-\d{2})$/.exec(sortKey);
  return match === null ? undefined : epochMs(Date.parse(`${match[1]}T00:00:00Z`));
}

/**
 * When a raw item may be forgotten: its retention after it was full, or after it was first seen when
 * that is later, as for history that is filled in.
 *
 * @param firstSeen - the earliest time any of its slots was seen
 * @param rawDays - retention of steps of a minute and longer; shorter ones never stay longer
 */
export function rawExpiry(
  step: DurationMs,
  bucketStart: EpochMs,
  firstSeen: EpochMs,
  rawDays: number = RAW_RETENTION_DAYS,
): EpochMs {
  const days = step < MINUTE ? Math.min(FINE_RETENTION_DAYS, rawDays) : rawDays;
  const full = addMs(bucketStart, step, SLOTS_PER_ITEM);
  return addMs(firstSeen > full ? firstSeen : full, DAY, days);
}

/** When a day's summaries may be forgotten. */
export function hourlyExpiry(day: EpochMs, days: number = HOURLY_RETENTION_DAYS): EpochMs {
  return addMs(day, DAY, 1 + days);
}
