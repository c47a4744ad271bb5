import type { SweepPlan } from '#app/scheduled/sweep.ts';
import {
  nameOfSource,
  type SweptSource,
  type SweptSources,
} from '#contracts/config/swept-sources.ts';
import { DAY, durationMs } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import type { SourceDeps, SourceKind } from './define-source.ts';

/** Each is loaded when it is read: whoever configures none of them carries none of them. */
const KINDS: Readonly<Record<SweptSource['type'], () => Promise<SourceKind>>> = {
  'azure-monitor': async () => (await import('./azure-monitor-kind.ts')).azureMonitorKind,
  datadog: async () => (await import('./datadog-kind.ts')).datadogKind,
  'gcp-monitoring': async () => (await import('./gcp-monitoring-kind.ts')).gcpMonitoringKind,
  prometheus: async () => (await import('./prometheus-kind.ts')).prometheusKind,
};

/** What every source takes from outside. */
export type SweepPlanDeps = Omit<SourceDeps, 'name' | 'workload' | 'labels'>;

/**
 * How the sources are read that Helios reads as a whole. Each is opened for every reading: a secret that
 * was replaced is noticed, and nothing is held meanwhile.
 */
export function sweepPlans(sources: SweptSources, deps: SweepPlanDeps): readonly SweepPlan[] {
  return sources.map((source) => {
    const { type, name: _, labels, backfill_days, ...config } = source;
    const name = nameOfSource(source);
    const { deployment = name, namespace, cluster, container } = labels;
    const workload = workloadId({ deployment, namespace, cluster, container });
    return {
      name,
      backfill: durationMs(backfill_days * DAY),
      open: async () => (await KINDS[type]()).open(config, { ...deps, name, workload, labels }),
    };
  });
}
