import type { Frame } from '#core/series/frame.ts';
import { addMs, type Clock, DAY, type EpochMs, epochMs, floorTo, HOUR } from '#core/time.ts';
import { parseWorkloadKey, type WorkloadKey } from '#core/workload.ts';
import type { HourSummary, ObservationStore } from '../ports/observation-store.ts';
import { readFrame } from '../read-frame.ts';
import type { WorkloadDirectory } from '../workload-directory.ts';
import { keepAtGrid } from './keep-at-grid.ts';

export interface RollUpDeps {
  readonly observations: ObservationStore;
  readonly directory: WorkloadDirectory;
  readonly clock: Clock;
}

/**
 * Sums up the hours of one UTC day from the raw observations, and keeps those of fine steps at the
 * workload's grid. Recomputed as a whole, so that doing it again, early or late, gives the same. The
 * hour that still runs is left out.
 *
 * @param day - any moment of the day
 * @returns how many hours of metrics were written
 */
export async function rollUp(deps: RollUpDeps, key: WorkloadKey, day: EpochMs): Promise<number> {
  const workload = await deps.directory.get(parseWorkloadKey(key));
  if (!workload) return 0;
  const from = floorTo(day, DAY);
  const to = epochMs(Math.min(addMs(from, DAY), floorTo(deps.clock.now(), HOUR)));
  if (to <= from) return 0;
  await keepAtGrid(deps, workload, { from, to }, deps.clock.now());
  const frame = await readFrame(deps.observations, workload, { from, to });
  if (!frame) return 0;
  const hours = summarise(frame);
  await deps.observations.putHours(workload.id, from, hours);
  return hours.length;
}

/** Count, sum, minimum and maximum of every metric in every hour that has a value. */
export function summarise(frame: Frame): HourSummary[] {
  const hours = new Map<string, HourSummary>();
  for (const [metric, series] of frame.series) {
    series.values.forEach((value, i) => {
      if (Number.isNaN(value)) return;
      const hour = floorTo(addMs(frame.start, frame.step, i), HOUR);
      const key = `${metric}@${hour}`;
      const known = hours.get(key);
      hours.set(key, {
        metric,
        hour,
        count: (known?.count ?? 0) + 1,
        sum: (known?.sum ?? 0) + value,
        minimum: Math.min(known?.minimum ?? value, value),
        maximum: Math.max(known?.maximum ?? value, value),
      });
    });
  }
  return [...hours.values()];
}
