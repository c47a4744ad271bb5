import type { ConfiguredEvent } from '#contracts/config/events.ts';
import { withoutEvents } from '#core/forecast/known-events.ts';
import { type Frame, makeFrame } from '#core/series/frame.ts';
import { gridCovering } from '#core/series/grid.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { cleanSeries } from '#core/series/quality.ts';
import { makeSeries, type Series } from '#core/series/series.ts';
import { eventsFor } from '../configured-events.ts';
import type { ObservationStore, TimeRange } from '../ports/observation-store.ts';
import { readFrame } from '../read-frame.ts';
import type { Workload } from '../workload-directory.ts';

/**
 * The observations of a workload as detectors look at them: impossible values taken out, and divided
 * by what configured events multiply them by, so that a sale is no anomaly.
 *
 * @param known - metrics that are in it even when nothing of them was observed in the range
 * @returns undefined when there is neither an observation nor a known metric
 */
export async function readDetectionFrame(
  deps: {
    readonly observations: ObservationStore;
    readonly events: readonly ConfiguredEvent[];
  },
  workload: Workload,
  range: TimeRange,
  known: readonly string[],
): Promise<Frame | undefined> {
  const frame = await readFrame(deps.observations, workload, range);
  const series = new Map<string, Series>();
  for (const [metric, raw] of frame?.series ?? []) {
    const clean = cleanSeries(raw, metricDefinition(metric));
    const events = eventsFor(deps.events, workload.id, metric);
    series.set(metric, events.length === 0 ? clean : withoutEvents(clean, events));
  }
  for (const metric of known) {
    if (!series.has(metric)) series.set(metric, unobserved(workload, metric, range));
  }
  return series.size === 0 ? undefined : makeFrame(series);
}

function unobserved({ key, gridStep }: Workload, metric: string, range: TimeRange): Series {
  const { start, length } = gridCovering(range, gridStep);
  return makeSeries({
    id: `${key}/${metric}`,
    unit: metricDefinition(metric).unit,
    start,
    step: gridStep,
    values: new Float64Array(length).fill(Number.NaN),
  });
}
