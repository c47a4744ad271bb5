import { addMs, type DurationMs, type EpochMs } from '../time.ts';
import type { Measured } from './needs.ts';

/** Replicas and how they were used on one grid, oldest first; NaN is missing. */
export interface UseRows {
  readonly start: EpochMs;
  readonly step: DurationMs;
  readonly utilization: ArrayLike<number>;
  readonly replicas: ArrayLike<number>;
}

/** Part of the scale-in window that must have been measured before anything is said of it. */
const LEAST_MEASURED = 2 / 3;

/**
 * What decisions need of the measurements: the newest row with a utilisation, and the greatest load of
 * the window that ends at `now`. A replica count that is missing is the one before it.
 *
 * @param window - how far back the greatest load is looked for
 * @returns undefined without any row that holds both
 */
export function measuredOf(rows: UseRows, window: DurationMs, now: EpochMs): Measured | undefined {
  const { start, step, utilization, replicas } = rows;
  let newest: Measured | undefined;
  let last = Number.NaN;
  let highest = Number.NaN;
  let known = 0;
  for (let i = 0; i < utilization.length; i++) {
    last = Number.isNaN(replicas[i] ?? Number.NaN) ? last : replicas[i]!;
    const used = utilization[i]!;
    if (Number.isNaN(used) || Number.isNaN(last)) continue;
    const end = addMs(start, step, i + 1);
    newest = { at: end, utilization: used, replicas: last, highestLoad: Number.NaN };
    if (end <= now - window) continue;
    known++;
    highest = Number.isNaN(highest) ? used * last : Math.max(highest, used * last);
  }
  const slots = Math.max(1, Math.floor(window / step));
  const isCovered = known >= Math.ceil(LEAST_MEASURED * slots);
  return newest && { ...newest, highestLoad: isCovered ? highest : Number.NaN };
}

/** Whether a count changes anywhere, missing values passed over. */
export function varies(values: ArrayLike<number>): boolean {
  let first = Number.NaN;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    if (Number.isNaN(first)) first = value;
    else if (value !== first) return true;
  }
  return false;
}
