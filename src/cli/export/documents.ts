import type { WorkloadInfo } from '#contracts/http/catalog.ts';
import { mean, present, standardDeviation } from '#core/math/statistics.ts';
import { addMs, type EpochMs, toIso } from '#core/time.ts';
import { workloadLabel } from '#core/workload.ts';
import { framePages } from './frame-pages.ts';
import type { StoredExport } from './stored-rows.ts';

/**
 * The data summary of the seeds (timestamp, shape, time_range, columns, statistics), one a workload. The
 * series of one workload are in memory for it.
 */
export async function dataSummaries(request: StoredExport, now: EpochMs) {
  const summaries: Record<string, unknown> = {};
  for (const workload of request.workloads) {
    summaries[workloadLabel(workload.workload)] = await summaryOf(request, workload, now);
  }
  return summaries;
}

async function summaryOf(request: StoredExport, workload: WorkloadInfo, now: EpochMs) {
  const metrics = workload.metrics
    .map(({ metric }) => metric)
    .filter((metric) => request.metrics?.includes(metric) ?? true);
  const values = new Map<string, number[]>(metrics.map((metric) => [metric, []]));
  let start: EpochMs | undefined;
  let end: EpochMs | undefined;
  let rows = 0;
  for await (const { frame } of framePages(request.client, workload, request.range, { metrics })) {
    start ??= frame.start;
    end = addMs(frame.start, frame.step, frame.length - 1);
    rows += frame.length;
    for (const [metric, series] of frame.series) {
      const kept = values.get(metric);
      for (const value of present(series.values)) kept?.push(value);
    }
  }
  return {
    timestamp: toIso(now),
    simulated: workload.simulated,
    shape: [rows, metrics.length],
    step_seconds: workload.step_seconds,
    time_range: {
      start: start === undefined ? null : toIso(start),
      end: end === undefined ? null : toIso(end),
    },
    columns: ['timestamp', ...metrics],
    statistics: Object.fromEntries([...values].map(([metric, all]) => [metric, statistics(all)])),
  };
}

function statistics(values: readonly number[]) {
  if (values.length === 0) return { count: 0, mean: null, std: null, min: null, max: null };
  const all = Float64Array.from(values);
  const std = standardDeviation(all);
  return {
    count: values.length,
    mean: mean(all),
    std: Number.isNaN(std) ? null : std,
    min: all.reduce((least, value) => Math.min(least, value), Infinity),
    max: all.reduce((most, value) => Math.max(most, value), -Infinity),
  };
}

/** The metrics file of the seeds: errors of every member, out of sample, by workload and metric. */
export async function modelMetrics({ client, workloads, metrics }: StoredExport, now: EpochMs) {
  const found = new Map<string, Record<string, unknown>>();
  for (const { workload } of workloads) {
    const { models } = await client.call('listModels', {
      query: { ...workload, stage: 'champion' },
    });
    for (const { id, metric } of models) {
      if (metrics !== undefined && !metrics.includes(metric)) continue;
      const detail = await client.call('getModel', { params: { id } });
      const own = found.get(workloadLabel(workload)) ?? {};
      found.set(workloadLabel(workload), own);
      own[metric] = {
        data_points: detail.training.steps,
        champion: detail.model,
        backtest: { origins: detail.origins },
        models: Object.fromEntries(
          detail.backtest.map(({ member, pooled }) => [
            member,
            {
              mae: pooled.mae,
              mse: pooled.mse,
              rmse: pooled.rmse,
              mape: pooled.mape,
              skill_score: pooled.skill_vs_naive,
              skill_vs_same_time_yesterday: pooled.skill_vs_seasonal_naive,
            },
          ]),
        ),
      };
    }
  }
  return { timestamp: toIso(now), workloads: Object.fromEntries(found) };
}
