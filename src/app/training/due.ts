import { DAY, type DurationMs, durationMs, type EpochMs, HOUR } from '#core/time.ts';
import type { Workload } from '../workload-directory.ts';
import type { Attempt } from './attempts.ts';

/** Observations without which nothing is trained, in steps of the workload's grid. */
export const MIN_TRAINING_STEPS = 30;
/** Models are fitted again after this. */
const REFIT_AFTER = DAY;
/** The nightly run takes up what falls due before the next one: last night's work is not a day old. */
export const NIGHTLY_REFIT_AFTER = durationMs(20 * HOUR);

/**
 * Whether a workload should be trained now: it never was, that is a day ago, or its history has
 * doubled since. Doubling makes a new workload learn quickly (after 3, 6, 12 … minutes on a 5-second
 * grid) and costs no more than twice the training of its first day.
 */
export function isDue(
  workload: Pick<Workload, 'firstSeen' | 'lastSeen' | 'gridStep'>,
  last: Attempt | undefined,
  now: EpochMs,
  refitAfter: DurationMs = REFIT_AFTER,
): boolean {
  const length = workload.lastSeen - workload.firstSeen;
  if (length < MIN_TRAINING_STEPS * workload.gridStep) return false;
  if (!last) return true;
  if (workload.lastSeen <= last.to) return false;
  const seen = last.to - last.from;
  return now - last.at >= refitAfter || (seen < REFIT_AFTER && length >= 2 * seen);
}
