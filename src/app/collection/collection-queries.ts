import type { CollectionBudget, SourceList } from '#contracts/http/collection.ts';
import { SERIES_VALUES, type SeriesValue } from '#core/collect/cadence.ts';
import { monthOf } from '#core/cost/budget.ts';
import { costOfMetrics, metricsWithin } from '#core/cost/metrics-requested.ts';
import { type Clock, SECOND, toIso } from '#core/time.ts';
import { parseWorkloadKey, type WorkloadKey } from '#core/workload.ts';
import { sourcesOf, type Workload, type WorkloadDirectory } from '../workload-directory.ts';
import type { LoweredWorkload } from './cadence-log.ts';
import type { Collection } from './create-collection.ts';
import { monthName } from './metrics-ledger.ts';
import type { SourceLog, SourceStatus } from './source-log.ts';

export interface CollectionQueryDeps {
  readonly directory: WorkloadDirectory;
  readonly sourceLog: SourceLog;
  readonly collection: Collection;
  readonly clock: Clock;
}

/** The source whose metrics are counted and charged. */
const CHARGED = 'cloudwatch';
const MAX_LISTED = 1_000;

/** How each source does, those that deliver and those that could not, by name. */
export async function listSources(deps: CollectionQueryDeps): Promise<SourceList> {
  const now = deps.clock.now();
  const [workloads, statuses, { requested }] = await Promise.all([
    deps.directory.list(),
    deps.sourceLog.list(),
    deps.collection.ledger.ofMonth(now),
  ]);
  const delivering = workloads.flatMap(sourcesOf);
  const names = [...new Set([...delivering, ...statuses.map(({ name }) => name)])].sort();
  return {
    generated_at: toIso(now),
    sources: names.map((name) => {
      const own = workloads.filter((workload) => sourcesOf(workload).includes(name));
      const status = statuses.find((each) => each.name === name);
      return {
        name,
        workloads: own.length,
        ...statusOf(status),
        ...ageOf(own, now),
        requested_metrics: name === CHARGED ? requested : null,
      };
    }),
  };
}

function statusOf(status: SourceStatus | undefined) {
  const { lastSuccess = null, lastProblem = null } = status ?? {};
  return {
    last_success: lastSuccess === null ? null : toIso(lastSuccess),
    last_problem: lastProblem && {
      at: toIso(lastProblem.at),
      code: lastProblem.code,
      message: lastProblem.message,
      workload: lastProblem.workload || null,
    },
  };
}

function ageOf(workloads: readonly Workload[], now: ReturnType<Clock['now']>) {
  const [newest] = workloads.map(({ lastSeen }) => lastSeen).sort((a, b) => b - a);
  if (newest === undefined) return { data_as_of: null, data_age_seconds: null };
  const age = Math.max(0, Math.round((now - newest) / SECOND));
  return { data_as_of: toIso(newest), data_age_seconds: age };
}

/** This month's budget for reading CloudWatch, and what is read more rarely because of it. */
export async function readCollectionBudget({
  collection,
  clock,
}: CollectionQueryDeps): Promise<CollectionBudget> {
  const now = clock.now();
  const { ledger, cadences, monthlyBudgetUsd } = collection;
  const [{ requested, refused }, plan, workloads] = await Promise.all([
    ledger.ofMonth(now),
    cadences.summary(),
    cadences.lowered(),
  ]);
  const month = monthName(now);
  const current = plan?.month === month ? plan : undefined;
  const lowered = current ? loweredOf(workloads, monthlyBudgetUsd) : [];
  const projection = (metrics: number | undefined) =>
    metrics === undefined ? null : costOfMetrics(requested + metrics);
  const status = refused > 0 ? 'spent' : lowered.length > 0 ? 'lowered' : 'within';
  return {
    generated_at: toIso(now),
    month,
    budget_usd: monthlyBudgetUsd,
    spent_usd: costOfMetrics(requested),
    projected_usd: projection(remaining(current?.planned, current?.at, now)),
    wanted_usd: projection(remaining(current?.wanted, current?.at, now)),
    usd_per_thousand_metrics: costOfMetrics(1_000),
    requested_metrics: requested,
    refused_metrics: refused,
    allowed_metrics: metricsWithin(monthlyBudgetUsd),
    watched_workloads: current?.workloads ?? 0,
    watched_series: current?.series ?? 0,
    lowered_series: lowered.length,
    lowered: lowered.slice(0, MAX_LISTED),
    planned_at: current ? toIso(current.at) : null,
    status,
    reason: REASONS[status],
  };
}

const REASONS = {
  within: 'every series is read as often as it should be',
  lowered: 'the least valuable series are read more rarely, so that the budget lasts',
  spent: 'the budget is spent: what it does not hold is not read before the month is over',
} as const;

/** What of a plan lies ahead: it was made for the time from `at` to the end of the month. */
function remaining(
  metrics: number | undefined,
  at: ReturnType<Clock['now']> | undefined,
  now: ReturnType<Clock['now']>,
): number | undefined {
  if (metrics === undefined || at === undefined) return undefined;
  const { end } = monthOf(at);
  return end > at ? Math.round((metrics * Math.max(0, end - now)) / (end - at)) : 0;
}

type Lowered = CollectionBudget['lowered'][number];

function loweredOf(
  workloads: ReadonlyMap<WorkloadKey, LoweredWorkload>,
  monthlyBudgetUsd: number,
): readonly Lowered[] {
  return [...workloads]
    .flatMap(([key, { series }]) =>
      Object.entries(series).map(([metric, each]) => ({ key, metric, ...each })),
    )
    .filter((each) => each.lowered_ms !== each.interval_ms)
    .map(({ key, metric, value, interval_ms, lowered_ms }) => ({
      workload: parseWorkloadKey(key),
      metric,
      value,
      every_seconds: lowered_ms === null ? null : lowered_ms / SECOND,
      instead_of_seconds: interval_ms / SECOND,
      reason: `${WHY[value]}; reading every series in time would pass $${monthlyBudgetUsd} this month`,
    }))
    .sort((a, b) => SERIES_VALUES.indexOf(a.value) - SERIES_VALUES.indexOf(b.value));
}

const WHY: Readonly<Record<SeriesValue, string>> = {
  unused: 'no model was trained of it',
  naive: 'naive serves it, which needs its last value only',
  modelled: 'a model that beats naive serves it, and nothing acts on it',
  acted_on: 'its workload has an open incident or a scaling policy',
};
