import { ValidatedDataSchema } from '#contracts/artifacts/stage-outputs.ts';
import type { WorkloadItem } from '#contracts/tasks/items.ts';
import { withoutEvents } from '#core/forecast/known-events.ts';
import { type MetricDefinition, metricDefinition } from '#core/series/metric-catalogue.ts';
import { cleanSeries } from '#core/series/quality.ts';
import { detectSeasons } from '#core/series/season-detection.ts';
import { type Series, sliceSeries } from '#core/series/series.ts';
import { untracked } from '#core/series/track.ts';
import { DAY, type DurationMs, WEEK } from '#core/time.ts';
import { parseWorkloadKey } from '#core/workload.ts';
import { eventsFor } from '../configured-events.ts';
import { sha256Hex } from '../sha256.ts';
import { prepareSeries } from './prepare-series.ts';
import { fromStored, loadRequest, loadStage, runStage, stagePrefix, toStored } from './stage.ts';
import type { StageDeps } from './stage-deps.ts';

/**
 * Turns what was observed into what models learn from: impossible values become missing, the time
 * before a metric's first value is cut off, missing values are filled in and outliers clipped if the
 * request asks for it, and seasons are found that two full cycles allow.
 */
export function engineer(deps: StageDeps, item: WorkloadItem): Promise<WorkloadItem> {
  return runStage(deps.runs, item, 'engineer', async () => {
    const request = await loadRequest(deps.objects, item.run_id);
    const data = await loadStage(deps.artifacts, ValidatedDataSchema, item.data);
    const metrics: Record<string, unknown> = {};
    const summary: Record<string, unknown> = {};
    for (const [metric, stored] of Object.entries(data.metrics)) {
      const clean = cleanSeries(fromStored(stored), definitionOf(metric));
      // Models learn the usual course; what was to be expected of an event is put on top when serving.
      const observed = sinceFirstValue(withoutEvents(clean, eventsOf(deps, item, metric)));
      const prepared = prepareSeries(observed, request.preparation);
      const series = prepared?.series ?? observed;
      const seasons = usableSeasons(series);
      metrics[metric] = {
        series: toStored(series),
        data_sha256: await sha256Hex(JSON.stringify(toStored(series))),
        seasons,
        detected: detected(series),
        ...(prepared && { preparation: prepared.applied, observed: toStored(observed) }),
      };
      summary[metric] = {
        steps: series.values.length,
        seasons,
        ...(prepared && { preparation: prepared.applied }),
      };
    }
    const features = await deps.artifacts.save(stagePrefix(item, 'engineer'), { metrics });
    return { item: { ...item, features }, end: { summary: { metrics: summary } } };
  });
}

function definitionOf(tracked: string): MetricDefinition {
  return metricDefinition(untracked(tracked).metric);
}

function eventsOf({ events }: StageDeps, item: WorkloadItem, tracked: string) {
  return eventsFor(events, parseWorkloadKey(item.workload), untracked(tracked).metric);
}

function detected(series: Series) {
  return detectSeasons(series).seasons.map(({ seasonLength, strength }) => ({
    season_length: seasonLength,
    strength: Number(strength.toPrecision(3)),
  }));
}

function sinceFirstValue(series: Series): Series {
  const first = series.values.findIndex((value) => !Number.isNaN(value));
  return first > 0 ? sliceSeries(series, first, series.values.length) : series;
}

/** Seasons with two full cycles in the history; a cycle must be a whole number of steps. */
function usableSeasons(series: Series): ('day' | 'week')[] {
  const has = (cycle: DurationMs) =>
    Number.isInteger(cycle / series.step) && series.values.length >= (2 * cycle) / series.step;
  return [...(has(DAY) ? (['day'] as const) : []), ...(has(WEEK) ? (['week'] as const) : [])];
}
