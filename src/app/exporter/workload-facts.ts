import type { IssuedForecast } from '#contracts/http/catalog.ts';
import type { PublishedRecommendation } from '#contracts/http/recommend.ts';
import { addMs, type EpochMs } from '#core/time.ts';
import type { IssuedForecasts } from '../issued-forecasts.ts';
import type { ObservationStore } from '../ports/observation-store.ts';
import { readFrame } from '../read-frame.ts';
import type { RecommendationLog } from '../recommendation-log.ts';
import { endOfData, type Workload } from '../workload-directory.ts';

/** Steps before the end of a workload's data among which its newest values are looked for. */
const NEWEST_STEPS = 4;

/** What is stored of one workload for exporters, as it was read; none of it judged by the clock. */
export interface WorkloadFacts {
  readonly recommendation: PublishedRecommendation | undefined;
  /** By metric, the last forecast that was issued. */
  readonly issued: ReadonlyMap<string, IssuedForecast>;
  /** By metric, the newest value and the time of it. */
  readonly newest: ReadonlyMap<string, { readonly at: EpochMs; readonly value: number }>;
}

export interface WorkloadFactsDeps {
  readonly observations: ObservationStore;
  readonly issued: Pick<IssuedForecasts, 'list'>;
  readonly recommendations: Pick<RecommendationLog, 'latest'>;
}

/** Reads what is stored of one workload: a query a metric and a few more. */
export async function readWorkloadFacts(
  deps: WorkloadFactsDeps,
  workload: Workload,
  now: EpochMs,
): Promise<WorkloadFacts> {
  const issued = new Map<string, IssuedForecast>();
  for (const metric of workload.metrics.keys()) {
    const [latest] = await deps.issued.list({ workload: workload.key, metric }, 1);
    if (latest) issued.set(metric, latest);
  }
  return {
    recommendation: await deps.recommendations.latest(workload.key),
    issued,
    newest: await newestValues(deps.observations, workload, now),
  };
}

async function newestValues(
  observations: ObservationStore,
  workload: Workload,
  now: EpochMs,
): Promise<WorkloadFacts['newest']> {
  const to = endOfData(workload, now);
  const range = { from: addMs(to, workload.gridStep, -NEWEST_STEPS), to };
  const frame = await readFrame(observations, workload, range);
  const newest = new Map<string, { at: EpochMs; value: number }>();
  for (const [metric, { values, start, step }] of frame?.series ?? []) {
    const index = values.findLastIndex((value) => !Number.isNaN(value));
    const value = values[index];
    if (value !== undefined) newest.set(metric, { at: addMs(start, step, index), value });
  }
  return newest;
}
