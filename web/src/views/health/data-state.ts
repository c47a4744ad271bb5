import type { WorkloadInfo } from '#contracts/http/catalog.ts';

/** Nothing acts on data older than this, or than three steps. */
const STALE_MS = 900_000;

/** Whether the newest data of a workload are young enough to act on. `now` in ms since 1970. */
export function dataState(
  { last_seen, step_seconds }: Pick<WorkloadInfo, 'last_seen' | 'step_seconds'>,
  now: number,
): 'fresh' | 'stale' | 'no data' {
  if (last_seen === null) return 'no data';
  const oldest = Math.max(STALE_MS, 3_000 * step_seconds);
  return now - Date.parse(last_seen) <= oldest ? 'fresh' : 'stale';
}
