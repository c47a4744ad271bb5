import { DomainError } from '#core/errors.ts';
import type { HorizonBucket } from '#core/evaluate/horizon-buckets.ts';
import { DAY, type DurationMs, durationMs, HOUR, MINUTE } from '#core/time.ts';

/** One of the two protocols: how far ahead is forecast on which grid, and what is scored together. */
export interface Track {
  readonly name: 'short' | 'long';
  readonly step: DurationMs;
  readonly buckets: readonly HorizonBucket[];
}

const TRACKS: readonly Track[] = [
  // 5 min, 15 min, 30 min, 1 h, 3 h, 6 h, 24 h.
  track('short', durationMs(5 * MINUTE), [1, 3, 6, 12, 36, 72, 288]),
  // A day, three days, a week, 30 days.
  track('long', HOUR, [24, 72, 168, 720]),
];

function track(name: Track['name'], step: DurationMs, ends: readonly number[]): Track {
  const buckets = ends.map((toStep, i) => ({ fromStep: (ends[i - 1] ?? 0) + 1, toStep }));
  return { name, step, buckets };
}

/** The track of series on this grid. @throws {DomainError} `IMPORT_INVALID` when there is none */
export function trackOf(step: DurationMs): Track {
  const found = TRACKS.find((each) => each.step === step);
  if (found) return found;
  throw new DomainError(
    'IMPORT_INVALID',
    `series must be on a grid of 5 minutes or of an hour, got ${step} ms`,
    { stepMs: step },
  );
}

/** The most steps that a forecast of this track reaches. */
export function longestHorizon({ buckets }: Pick<Track, 'buckets'>): number {
  return Math.max(...buckets.map(({ toStep }) => toStep));
}

/** A length of time in its largest unit that keeps it whole: `5m`, `3h`, `30d`. */
export function shortDuration(length: DurationMs): string {
  for (const [unit, size] of [
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
  ] as const) {
    if (length % size === 0) return `${length / size}${unit}`;
  }
  return `${length / 1_000}s`;
}
