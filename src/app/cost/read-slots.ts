import type { UsageSlot } from '#core/cost/usage.ts';
import type { Frame } from '#core/series/frame.ts';
import { addMs, DAY, durationMs, type EpochMs, epochMs, floorTo } from '#core/time.ts';
import type { ObservationStore, TimeRange } from '../ports/observation-store.ts';
import { readFrame } from '../read-frame.ts';
import { endOfData, type Workload } from '../workload-directory.ts';

/** Raw observations are kept so long; older days are there as summaries by the hour only. */
export const RAW_DAYS = 35;

/** Reads what was observed of one metric, missing time left out. */
export type SlotReader = (metric: string) => Promise<readonly UsageSlot[]>;

/**
 * A reader of the metrics of a workload in a range. Days that have been summed up are read by the hour:
 * one item a day instead of a hundred. Whatever the number of metrics, each time is read once.
 *
 * It throws {DomainError} `STORE_UNAVAILABLE`.
 */
export function slotReader(
  observations: ObservationStore,
  workload: Workload,
  { from, to }: TimeRange,
): SlotReader {
  const end = endOfData(workload, to);
  const begin = epochMs(Math.max(from, floorTo(workload.firstSeen, workload.gridStep)));
  // Today and yesterday may not have been summed up for the last time.
  const recent = epochMs(Math.max(begin, addMs(floorTo(to, DAY), DAY, -1)));
  const oldestRaw = addMs(to, DAY, -RAW_DAYS);
  const hours = once(async () =>
    begin < recent ? observations.readHours(workload.id, { from: begin, to: recent }) : [],
  );
  const frames = new Map<string, Promise<Frame | undefined>>();
  const frameOf = (range: TimeRange) => {
    const key = `${range.from} ${range.to}`;
    const frame = frames.get(key) ?? readFrame(observations, workload, range);
    frames.set(key, frame);
    return frame;
  };
  return async (metric) => {
    if (!workload.metrics.has(metric)) return [];
    const old: UsageSlot[] = [];
    const summed = new Set<number>();
    for (const hour of await hours()) {
      if (hour.metric !== metric || hour.count === 0) continue;
      summed.add(floorTo(hour.hour, DAY));
      const length = durationMs(hour.count * workload.gridStep);
      old.push({ at: hour.hour, length, replicas: hour.sum / hour.count, most: hour.maximum });
    }
    const raw: UsageSlot[] = [];
    for (const range of rangesWithout(summed, { from: begin, to: end }, recent)) {
      const start = epochMs(Math.max(range.from, oldestRaw));
      if (start >= range.to) continue;
      raw.push(...slotsOf(await frameOf({ ...range, from: start }), metric, start));
    }
    return [...old, ...raw];
  };
}

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | undefined;
  return () => {
    known ??= read();
    return known;
  };
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

function slotsOf(frame: Frame | undefined, metric: string, from: EpochMs): readonly UsageSlot[] {
  const series = frame?.series.get(metric);
  if (!series) return [];
  return [...series.values].flatMap((value, i) => {
    const at = addMs(series.start, series.step, i);
    if (Number.isNaN(value) || at < from) return [];
    return [{ at, length: series.step, replicas: value, most: value }];
  });
}
