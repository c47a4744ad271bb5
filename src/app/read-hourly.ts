import type { Frame } from '#core/series/frame.ts';
import { hourlySeries } from '#core/series/hourly.ts';
import type { Series } from '#core/series/series.ts';
import { addMs, type EpochMs, epochMs, floorTo, HOUR } from '#core/time.ts';
import type { HourSummary, ObservationStore } from './ports/observation-store.ts';
import { summarise } from './scheduled/roll-up.ts';
import type { Workload } from './workload-directory.ts';

/**
 * The hourly series of a workload's metrics: what a frame holds summed up by the hour, and before it
 * the stored summaries, which outlive the observations. Hours that the frame does not hold from
 * beginning to end are left out at its end.
 *
 * @param from - how far back to reach
 * @returns a series a metric of the frame
 * @throws {DomainError} `STORE_UNAVAILABLE`
 */
export async function readHourly(
  observations: ObservationStore,
  workload: Workload,
  frame: Frame,
  from: EpochMs,
): Promise<ReadonlyMap<string, Series>> {
  const frameFrom = epochMs(Math.ceil(frame.start / HOUR) * HOUR);
  const to = floorTo(addMs(frame.start, frame.step, frame.length), HOUR);
  const start = floorTo(epochMs(Math.min(from, frameFrom)), HOUR);
  const stored =
    start < frameFrom
      ? await observations.readHours(workload.id, { from: start, to: frameFrom })
      : [];
  const hours = [...stored, ...summarise(frame).filter(({ hour }) => hour >= frameFrom)];
  const series = [...frame.series.keys()].map((metric) => {
    const own = hours.filter((hour: HourSummary) => hour.metric === metric);
    const id = `${workload.key}/${metric}`;
    return [metric, hourlySeries(id, metric, own, { from: start, to })] as const;
  });
  return new Map(series.filter(([, { values }]) => values.some((value) => !Number.isNaN(value))));
}
