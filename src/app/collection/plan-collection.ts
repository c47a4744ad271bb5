import type { ScalingConfig } from '#contracts/config/scaling.ts';
import { type CadenceSeries, planCadence, type SeriesValue } from '#core/collect/cadence.ts';
import { monthOf } from '#core/cost/budget.ts';
import { metricsWithin } from '#core/cost/metrics-requested.ts';
import { type Clock, type DurationMs, durationMs, type EpochMs } from '#core/time.ts';
import {
  parseWorkloadKey,
  type WorkloadId,
  type WorkloadKey,
  workloadKey,
} from '#core/workload.ts';
import type { IncidentLog } from '../incident-log.ts';
import type { ModelRegistry } from '../model-registry.ts';
import type { CadenceLog, LoweredWorkload } from './cadence-log.ts';
import { type MetricsLedger, monthName } from './metrics-ledger.ts';
import { seriesOfWorkload, type Watched } from './watched.ts';

/** Open incidents that are looked at; more at once do not change what is least valuable. */
const MAX_INCIDENTS = 1_000;

/** Share of a month's budget that no plan spends: for pasts of new workloads, and tries again. */
const RESERVE = 0.02;

export interface PlanCollectionDeps {
  readonly watched: Watched;
  readonly ledger: MetricsLedger;
  readonly cadences: CadenceLog;
  readonly registry: ModelRegistry;
  readonly incidents: IncidentLog;
  readonly scaling: ScalingConfig;
  readonly clock: Clock;
  /** From one round of collection to the next. */
  readonly every: DurationMs;
  readonly monthlyBudgetUsd: number;
}

/** How many series are read, and how many of them more rarely than they should be. */
export interface CollectionPlan {
  readonly workloads: number;
  readonly series: number;
  readonly lowered: number;
  readonly plannedMetrics: number;
}

/**
 * Plans how often each series is read for the rest of the month, so that the budget lasts, and keeps
 * it for the rounds to come. Repeating it changes nothing but what time has changed.
 */
export async function planCollection(deps: PlanCollectionDeps): Promise<CollectionPlan> {
  const now = deps.clock.now();
  const workloads = await deps.watched.list();
  const worthOf = await valuation(deps, now);
  const series = workloads.flatMap(({ key, metrics }): readonly CadenceSeries[] =>
    seriesOfWorkload(metrics, deps.every).map((each) => ({
      ...each,
      workload: key,
      value: worthOf(key, each.metric),
    })),
  );
  const { requested } = await deps.ledger.ofMonth(now);
  const plan = planCadence(series, {
    metrics: Math.max(0, allowedMetrics(deps.monthlyBudgetUsd) - requested),
    time: durationMs(monthOf(now).end - now),
  });
  const loweredTo = new Map(
    plan.lowered.map(({ workload, metric, lowered }) => [`${workload}#${metric}`, lowered]),
  );
  await deps.cadences.replace(
    {
      at: now,
      month: monthName(now),
      workloads: workloads.length,
      series: series.length,
      planned: plan.requested,
      wanted: plan.wanted,
    },
    unusual(series, (each) => loweredTo.get(`${each.workload}#${each.metric}`), deps.every),
  );
  return {
    workloads: workloads.length,
    series: series.length,
    lowered: plan.lowered.length,
    plannedMetrics: plan.requested,
  };
}

/** Metrics of a month's budget that plans may spend. */
export function allowedMetrics(monthlyBudgetUsd: number): number {
  return Math.floor(metricsWithin(monthlyBudgetUsd) * (1 - RESERVE));
}

/** The workloads of which some series are not read in every round. */
function unusual(
  series: readonly CadenceSeries[],
  loweredOf: (series: CadenceSeries) => DurationMs | null | undefined,
  every: DurationMs,
): ReadonlyMap<WorkloadKey, LoweredWorkload> {
  const workloads = new Map<
    WorkloadKey,
    { others: boolean; series: Record<string, LoweredWorkload['series'][string]> }
  >();
  for (const each of series) {
    const entry = workloads.get(each.workload) ?? { others: false, series: {} };
    workloads.set(each.workload, entry);
    const lowered = loweredOf(each);
    if (lowered === undefined && each.interval <= every) {
      entry.others = true;
    } else {
      entry.series[each.metric] = {
        interval_ms: each.interval,
        lowered_ms: lowered === undefined ? each.interval : lowered,
        value: each.value,
      };
    }
  }
  return new Map([...workloads].filter(([, entry]) => Object.keys(entry.series).length > 0));
}

/** What reading each series is worth at present. */
async function valuation(
  { registry, incidents, scaling }: PlanCollectionDeps,
  now: EpochMs,
): Promise<(workload: WorkloadKey, metric: string) => SeriesValue> {
  const [subjects, open] = await Promise.all([
    registry.subjects(),
    incidents.list({ state: 'open', before: now, limit: MAX_INCIDENTS }),
  ]);
  const champions = new Map(
    subjects.map(({ workload, metric, pointer }) => [`${workload}#${metric}`, pointer.champion]),
  );
  const troubled = new Set(open.map((incident) => workloadKey(incident.workload)));
  return (workload, metric) => {
    if (troubled.has(workload) || isScaled(parseWorkloadKey(workload), scaling)) return 'acted_on';
    const champion = champions.get(`${workload}#${metric}`);
    if (champion === undefined) return 'unused';
    return champion === null ? 'naive' : 'modelled';
  };
}

/** Whether a scaling policy is configured for a workload: recommendations are made of it. */
function isScaled(id: WorkloadId, scaling: ScalingConfig): boolean {
  return scaling.some(
    (entry) =>
      (entry.cluster ?? id.cluster) === id.cluster &&
      (entry.namespace ?? id.namespace) === id.namespace &&
      (entry.deployment ?? id.deployment) === id.deployment &&
      (entry.container ?? id.container) === id.container,
  );
}
