import type { UsageSlot } from '#core/cost/usage.ts';
import { addMs, DAY, durationMs, type EpochMs, epochMs, floorTo } from '#core/time.ts';
import type { ObservationStore, TimeRange } from '../ports/observation-store.ts';
import { readFrame } from '../read-frame.ts';
import { endOfData, type Workload } from '../workload-directory.ts';

/** Raw observations are kept so long; older days are there as summaries by the hour only. */
export const RAW_DAYS = 35;

/**
 * What was observed of one metric of a workload in a range, missing time left out. Days that have been
 * summed up are read by the hour: one item a day instead of a hundred.
 *
 * @throws {DomainError} `STORE_UNAVAILABLE`
 */
export async function readSlots(
  observations: ObservationStore,
  workload: Workload,
  metric: string,
  { from, to }: TimeRange,
): Promise<readonly UsageSlot[]> {
  if (!workload.metrics.has(metric)) return [];
  const end = endOfData(workload, to);
  const begin = epochMs(Math.max(from, floorTo(workload.firstSeen, workload.gridStep)));
  // Today and yesterday may not have been summed up for the last time.
  const recent = epochMs(Math.max(begin, addMs(floorTo(to, DAY), DAY, -1)));
  const old: UsageSlot[] = [];
  const summed = new Set<number>();
  if (begin < recent) {
    for (const hour of await observations.readHours(workload.id, { from: begin, to: recent })) {
      if (hour.metric !== metric || hour.count === 0) continue;
      summed.add(floorTo(hour.hour, DAY));
      const length = durationMs(hour.count * workload.gridStep);
      old.push({ at: hour.hour, length, replicas: hour.sum / hour.count, most: hour.maximum });
    }
  }
  const raw: UsageSlot[] = [];
  const oldestRaw = addMs(to, DAY, -RAW_DAYS);
  for (const range of rangesWithout(summed, { from: begin, to: end }, recent)) {
    const start = epochMs(Math.max(range.from, oldestRaw));
    if (start < range.to)
      raw.push(...(await rawSlots(observations, workload, metric, { ...range, from: start })));
  }
  return [...old, ...raw];
}

/** The parts of a range that lie in no summed-up day, and everything from `recent` on. */
function rangesWithout(
  summed: ReadonlySet<number>,
  range: TimeRange,
  recent: EpochMs,
): readonly TimeRange[] {
  const ranges: { from: EpochMs; to: EpochMs }[] = [];
  for (let day = floorTo(range.from, DAY); day < range.to; day = addMs(day, DAY)) {
    if (day < recent && summed.has(day)) continue;
    const from = epochMs(Math.max(day, range.from));
    const to = epochMs(Math.min(addMs(day, DAY), range.to));
    const last = ranges.at(-1);
    if (last?.to === from) last.to = to;
    else ranges.push({ from, to });
  }
  return ranges;
}

async function rawSlots(
  observations: ObservationStore,
  workload: Workload,
  metric: string,
  range: TimeRange,
): Promise<readonly UsageSlot[]> {
  const series = (await readFrame(observations, workload, range))?.series.get(metric);
  if (!series) return [];
  return [...series.values].flatMap((value, i) => {
    const at = addMs(series.start, series.step, i);
    if (Number.isNaN(value) || at < range.from) return [];
    return [{ at, length: series.step, replicas: value, most: value }];
  });
}
