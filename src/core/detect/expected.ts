import { DAY, type DurationMs, durationMs, type EpochMs, HOUR, WEEK } from '../time.ts';

/** As much of an incident as the rules on expected ones look at. */
export interface JudgedIncident {
  readonly start: EpochMs;
  /** null while it is open. */
  readonly end: EpochMs | null;
  readonly metrics: readonly string[];
  readonly direction: string | null;
  /** What somebody, or an earlier conclusion, has called it. */
  readonly feedback: {
    readonly label: 'expected' | 'anomaly';
    /** False where it was concluded by `recurrenceOf`: conclusions do not feed on themselves. */
    readonly byPerson: boolean;
  } | null;
}

/** An incident that is about to open. */
export type OpeningIncident = Pick<JudgedIncident, 'start' | 'metrics' | 'direction'>;

/** How far back feedback counts. */
export const FEEDBACK_MEMORY: DurationMs = durationMs(5 * WEEK);
/** Marks of a person that make a pattern. */
const LEAST_MARKS = 2;
/** How far the times of day of one pattern lie apart: so daylight saving does not break it. */
const TOLERANCE: DurationMs = HOUR;

/**
 * The earlier incidents by which one that is about to open is expected too; none when it is not.
 *
 * They were marked `expected` by a person, in the five weeks before, begin within an hour of its time
 * of day, went in the same direction and had all of its metrics. Two make a pattern. Marks that all
 * fell on one day of the week (UTC) speak for that day only. A mark `anomaly` on the newest incident
 * of the pattern ends it.
 *
 * @param past - incidents of the same workload, in any order
 */
export function recurrenceOf<T extends JudgedIncident>(
  opening: OpeningIncident,
  past: readonly T[],
): readonly T[] {
  const alike = past
    .filter((other) => other.feedback?.byPerson && isAlike(opening, other))
    .sort((a, b) => b.start - a.start);
  if (alike[0]?.feedback?.label !== 'expected') return [];
  const marked = alike.filter(({ feedback }) => feedback?.label === 'expected');
  const days = new Set(marked.map(({ start }) => weekday(start)));
  const isItsDay = days.size > 1 || days.has(weekday(opening.start));
  return marked.length >= LEAST_MARKS && isItsDay ? marked : [];
}

/**
 * The metrics that may not open an incident at `at`: those of incidents marked `expected`, by whom
 * ever, until `refractory` after their end.
 */
export function heldBack(
  past: readonly JudgedIncident[],
  at: EpochMs,
  refractory: DurationMs,
): ReadonlySet<string> {
  return new Set(
    past
      .filter(
        ({ start, end, feedback }) =>
          feedback?.label === 'expected' && start <= at && (end === null || at - end < refractory),
      )
      .flatMap(({ metrics }) => metrics),
  );
}

function isAlike(opening: OpeningIncident, other: JudgedIncident): boolean {
  const age = opening.start - other.start;
  return (
    age > 0 &&
    age <= FEEDBACK_MEMORY &&
    distanceInDay(opening.start, other.start) <= TOLERANCE &&
    other.direction === opening.direction &&
    opening.metrics.length > 0 &&
    opening.metrics.every((metric) => other.metrics.includes(metric))
  );
}

/** How far two times of day are apart, the shorter way round the clock. */
function distanceInDay(a: EpochMs, b: EpochMs): number {
  const apart = Math.abs(a - b) % DAY;
  return Math.min(apart, DAY - apart);
}

function weekday(at: EpochMs): number {
  return Math.floor(at / DAY) % 7;
}
