import { DomainError } from '#core/errors.ts';
import { secondsApart } from '#core/series/infer-step.ts';
import { type DurationMs, durationMs, type EpochMs, SECOND } from '#core/time.ts';

const LONGEST_STEP_SECONDS = 3_600;

/**
 * The step of irregular data: the median distance between times that follow each other, in whole
 * seconds. Order and repeats of `times` do not matter.
 *
 * @throws {DomainError} `IMPORT_INVALID` with fewer than two times, or when the step is none that
 *   Helios stores (1 s to 1 h)
 * @example
 * ```ts
 * inferStep([0, 300_000, 600_000, 1_200_000].map(epochMs)); // => 300000
 * ```
 */
export function inferStep(times: readonly EpochMs[]): DurationMs {
  const seconds = secondsApart(times);
  if (seconds === undefined) {
    throw new DomainError('IMPORT_INVALID', 'one time is no series: its step is unknown', {
      try: '--step 5m',
    });
  }
  if (seconds >= 1 && seconds <= LONGEST_STEP_SECONDS) return durationMs(seconds * SECOND);
  throw new DomainError(
    'IMPORT_INVALID',
    `the values are ${seconds} s apart, steps from 1 s to 1 h are allowed`,
    { step_seconds: seconds, try: '--step 1h' },
  );
}
