import { DAY, type EpochMs } from '#core/time.ts';
import type { Workload } from '../workload-directory.ts';
import type { Attempt } from './attempts.ts';

/** Observations without which nothing is trained, in steps of the workload's grid. */
export const MIN_TRAINING_STEPS = 30;
/** Models are fitted again after this. */
const REFIT_AFTER = DAY;

/**
 * Whether a workload should be trained now: it never was, that is a day ago, or its history has
 * doubled since. Doubling makes a new workload learn quickly (after 3, 6, 12 … minutes on a 5-second
 * grid) and costs no more than twice the training of its first day.
 */
export function isDue(
  workload: Pick<Workload, 'firstSeen' | 'lastSeen' | 'gridStep'>,
  last: Attempt | undefined,
  now: EpochMs,
): boolean {
  const length = workload.lastSeen - workload.firstSeen;
  if (length < MIN_TRAINING_STEPS * workload.gridStep) return false;
  if (!last) return true;
  if (workload.lastSeen <= last.to) return false;
  const seen = last.to - last.from;
  return now - last.at >= REFIT_AFTER || (seen < REFIT_AFTER && length >= 2 * seen);
}
