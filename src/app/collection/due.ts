import { isDue } from '#core/collect/cadence.ts';
import type { DurationMs, EpochMs } from '#core/time.ts';
import { durationMs } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';
import type { LoweredWorkload } from './cadence-log.ts';

/** What of a workload is read in a round. */
export interface Due {
  /** Whether anything is. */
  readonly isDue: boolean;
  /** Metrics that are not. */
  readonly except: readonly string[];
}

const ALL: Due = { isDue: true, except: [] };

/** What of a workload is read in the round that `now` lies in, by the cadences planned. */
export function dueOf(
  workload: WorkloadKey,
  lowered: LoweredWorkload | undefined,
  now: EpochMs,
  every: DurationMs,
): Due {
  if (lowered === undefined) return ALL;
  const series = Object.entries(lowered.series);
  const except = series
    .filter(([, { lowered_ms: ms }]) => {
      return !isDue(workload, now, every, ms === null ? null : durationMs(ms));
    })
    .map(([metric]) => metric);
  return { isDue: lowered.others || except.length < series.length, except };
}
