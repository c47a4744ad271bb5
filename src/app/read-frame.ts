import { type AssembleRequest, assembleFrame, COUNTER_GAP_STEPS } from '#core/series/assemble.ts';
import type { Frame } from '#core/series/frame.ts';
import { gridCovering } from '#core/series/grid.ts';
import { addMs, epochMs, floorTo } from '#core/time.ts';
import type { ObservationStore, TimeRange } from './ports/observation-store.ts';
import { storedSteps, type Workload } from './workload-directory.ts';

/**
 * The stored observations of a workload on its grid: sources merged, counters as rates, gaps NaN.
 * Slots that are still filling at `range.to` are left out.
 *
 * @returns undefined when the range holds no whole slot or nothing was observed in it
 * @throws {DomainError} `STORE_UNAVAILABLE`
 */
export async function readFrame(
  observations: ObservationStore,
  workload: Workload,
  range: TimeRange,
): Promise<Frame | undefined> {
  const grid = gridCovering(
    { from: range.from, to: floorTo(range.to, workload.gridStep) },
    workload.gridStep,
  );
  if (grid.length === 0) return undefined;
  const columns: AssembleRequest['columns'][number][] = [];
  for (const step of storedSteps(workload)) {
    // A counter's first rate needs the reading before it.
    const from = epochMs(Math.max(0, grid.start - step * (COUNTER_GAP_STEPS + 1)));
    const to = addMs(grid.start, grid.step, grid.length);
    columns.push(...(await observations.read(workload.id, step, { from, to })));
  }
  const counters = new Set(
    [...workload.metrics].filter(([, metric]) => metric.counter).map(([name]) => name),
  );
  const frame = assembleFrame({ idPrefix: workload.key, grid, columns, counters });
  return frame.series.size === 0 ? undefined : frame;
}
