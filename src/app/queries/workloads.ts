import type { WorkloadInfo } from '#contracts/http/catalog.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { toIso } from '#core/time.ts';
import { sourcesOf, type Workload, type WorkloadDirectory } from '../workload-directory.ts';

/** Every workload that was ever observed. */
export async function listWorkloads(deps: { readonly directory: WorkloadDirectory }) {
  return { workloads: (await deps.directory.list()).map(describe) };
}

function describe(workload: Workload): WorkloadInfo {
  return {
    workload: workload.id,
    simulated: workload.simulated,
    step_seconds: workload.gridStep / 1_000,
    sources: [...sourcesOf(workload)],
    metrics: [...workload.metrics].map(([metric, { counter, lastSeen }]) => ({
      metric,
      unit: metricDefinition(metric).unit,
      counter,
      last_seen: toIso(lastSeen),
    })),
    first_seen: toIso(workload.firstSeen),
    last_seen: toIso(workload.lastSeen),
  };
}
