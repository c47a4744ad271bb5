import type { Reason, WorkloadSelector } from '#contracts/http/common.ts';
import type {
  BudgetQuery,
  BudgetResponse,
  CostForecast,
  CostQuery,
  WorkloadCost,
} from '#contracts/http/cost.ts';
import { PredictRequestSchema } from '#contracts/http/predict.ts';
import { budgetOutlook, monthOf, rateWindow } from '#core/cost/budget.ts';
import { isDomainError } from '#core/errors.ts';
import { trackedMetric } from '#core/series/track.ts';
import {
  addMs,
  DAY,
  DEFAULT_STEP,
  type EpochMs,
  epochMs,
  floorTo,
  HOUR,
  SECOND,
  toIso,
} from '#core/time.ts';
import { predict } from '../serving/predict.ts';
import type { ServingDeps } from '../serving/serving-deps.ts';
import type { Workload } from '../workload-directory.ts';
import type { CostDeps } from './cost-deps.ts';
import { countedOf, headOf, hoursOf, ofEach, selected, totalOf } from './cost-queries.ts';
import { REPLICAS, workloadCost } from './workload-cost.ts';

export type OutlookDeps = CostDeps & ServingDeps;

/** Hours that the hourly models look ahead at most. */
const LONGEST_FORECAST_HOURS = 720;
/** What nobody has observed for longer may have been taken down. */
const STALE_AFTER = DAY;
const STALE_STEPS = 3;

/**
 * What workloads will cost in the coming period: by the forecast of their replicas where a model of it
 * has won, otherwise as in the last week. Which of the two it is stands beside each number.
 */
export async function costForecast(deps: OutlookDeps, query: CostQuery): Promise<CostForecast> {
  const now = deps.clock.now();
  const from = floorTo(now, HOUR);
  const hours = hoursOf(query.period);
  const rows = await ofEach(await selected(deps.directory, query), (workload) =>
    outlookOf(deps, workload, from, hours),
  );
  return {
    ...headOf(query.period, { from, to: addMs(from, HOUR, hours) }, now),
    total: totalOf(countedOf(rows).map(({ cost }) => cost)),
    unknown: rows.filter(({ cost }) => cost === null).length,
    workloads: rows,
  };
}

async function outlookOf(
  deps: OutlookDeps,
  workload: Workload,
  from: EpochMs,
  hours: number,
): Promise<CostForecast['workloads'][number]> {
  const past = await workloadCost(deps, workload, { from: rateWindow(from), to: from });
  const perHour = rateOf(workload, past, from);
  const head = { workload: workload.id, simulated: workload.simulated, per_hour: perHour };
  const replicaHours =
    past.price && past.price.per_request === 0 && !isStale(workload, from)
      ? await forecastReplicaHours(deps, workload, from, hours)
      : undefined;
  if (past.price && replicaHours !== undefined) {
    const cost = replicaHours * past.price.per_replica_hour;
    return { ...head, cost, method: 'forecast', reasons: [] };
  }
  if (perHour === null) {
    const reasons = [...past.reasons, ...(isStale(workload, from) ? [stale(workload)] : [])];
    return { ...head, cost: null, method: null, reasons };
  }
  const reasons = [...past.reasons, runRate(past)];
  return { ...head, cost: perHour * hours, method: 'run_rate', reasons };
}

/** What an hour has cost, over the time that was observed; null where it may have ended. */
function rateOf(
  workload: Workload,
  { cost, covered_seconds }: WorkloadCost,
  now: EpochMs,
): number | null {
  if (cost === null || covered_seconds === 0 || isStale(workload, now)) return null;
  return (cost * HOUR) / SECOND / covered_seconds;
}

function isStale({ lastSeen, gridStep }: Workload, now: EpochMs): boolean {
  return now - lastSeen > Math.max(STALE_AFTER, STALE_STEPS * gridStep);
}

function stale({ lastSeen }: Workload): Reason {
  return {
    code: 'DATA_STALE',
    message: `last observed ${toIso(lastSeen)}, too long ago: whether it still runs is not known`,
  };
}

function runRate({ covered_seconds }: WorkloadCost): Reason {
  return {
    code: 'RUN_RATE',
    message: 'no forecast of replicas has won over the last value: the last week is taken to go on',
    details: { covered_seconds },
  };
}

/** Undefined where no model has won, or its forecast does not reach over all of the period. */
async function forecastReplicaHours(
  deps: OutlookDeps,
  workload: Workload,
  from: EpochMs,
  hours: number,
): Promise<number | undefined> {
  const hourly = { workload: workload.key, metric: trackedMetric(REPLICAS, 'hourly') };
  const track = workload.gridStep < HOUR ? hourly : { ...hourly, metric: REPLICAS };
  const pointer = workload.metrics.has(REPLICAS) && (await deps.registry.pointer(track));
  if (!pointer || pointer.champion === null || workload.gridStep > HOUR) return undefined;
  const behind = Math.max(0, Math.ceil((from - workload.lastSeen) / HOUR)) + 2;
  if (hours + behind > LONGEST_FORECAST_HOURS) return undefined;
  try {
    const response = await predict(
      deps,
      PredictRequestSchema.parse({
        ...workload.id,
        metric: REPLICAS,
        step_seconds: HOUR / SECOND,
        periods: hours + behind,
        include_confidence: false,
      }),
    );
    const to = addMs(from, HOUR, hours);
    const inPeriod = response.predictions.filter(({ timestamp }) => {
      const at = Date.parse(timestamp);
      return at >= from && at < to;
    });
    if (response.stage !== 'champion' || inPeriod.length !== hours) return undefined;
    return inPeriod.reduce((sum, { value }) => sum + Math.max(0, value), 0);
  } catch (error) {
    if (isDomainError(error, 'HISTORY_TOO_SHORT', 'STATE_INCOMPATIBLE', 'ARTIFACT_CORRUPT')) {
      return undefined;
    }
    throw error;
  }
}

/** Where the month's budgets are heading: those configured, or one that the request names. */
export async function costBudget(deps: CostDeps, query: BudgetQuery): Promise<BudgetResponse> {
  const now = deps.clock.now();
  const { monthly_budget, ...selector } = query;
  const wanted =
    monthly_budget === undefined
      ? deps.pricing.budgets.map(({ monthly, ...scope }) => ({ monthly, scope }))
      : [{ monthly: monthly_budget, scope: selector }];
  const to = floorTo(now, DEFAULT_STEP);
  const { start } = monthOf(to);
  const budgets: BudgetResponse['budgets'] = [];
  const incomplete: Reason[] = [];
  const within = new Set((await selected(deps.directory, selector)).map(({ key }) => key));
  for (const { monthly, scope } of wanted) {
    const all = await selected(deps.directory, defined(scope));
    const workloads = countedOf(all.filter(({ key }) => within.has(key)));
    if (workloads.length > 0) {
      const { unknownNow, ...budget } = await budgetOf(
        deps,
        { monthly, scope, workloads },
        start,
        to,
      );
      budgets.push(budget);
      if (budget.unknown + unknownNow > 0) incomplete.push(partial(budget, unknownNow));
    }
  }
  const isMissing = monthly_budget === undefined && wanted.length === 0;
  return {
    generated_at: toIso(now),
    currency: 'USD',
    from: toIso(start),
    to: toIso(to),
    budgets,
    reasons: isMissing ? [noBudget()] : incomplete,
  };
}

type Scope = { readonly [part in keyof WorkloadSelector]?: string | undefined };

function defined(scope: Scope): WorkloadSelector {
  return Object.fromEntries(Object.entries(scope).filter(([, value]) => value !== undefined));
}

async function budgetOf(
  deps: CostDeps,
  budget: {
    readonly monthly: number;
    readonly scope: Scope;
    readonly workloads: readonly Workload[];
  },
  start: EpochMs,
  to: EpochMs,
): Promise<BudgetResponse['budgets'][number] & { readonly unknownNow: number }> {
  const { monthly, scope, workloads } = budget;
  const month = await ofEach(workloads, (each) => workloadCost(deps, each, { from: start, to }));
  const rate = epochMs(floorTo(rateWindow(to), HOUR));
  const rates = await ofEach(workloads, async (each) =>
    rateOf(each, await workloadCost(deps, each, { from: rate, to }), to),
  );
  const sum = (of: (row: WorkloadCost) => number) => month.reduce((all, row) => all + of(row), 0);
  const spent = totalOf(month.map(({ cost }) => cost));
  const outlook = budgetOutlook(monthly, { spent: spent ?? 0, perHour: totalOf(rates) }, to);
  return {
    scope: scopeText(scope),
    workloads: workloads.length,
    unknown: month.filter(({ cost }) => cost === null).length,
    monthly_budget: monthly,
    spent,
    remaining: spent === null ? null : outlook.remaining,
    spent_share: spent === null ? null : outlook.spentShare,
    elapsed_share: outlook.elapsedShare,
    burn_rate_daily: outlook.perDay,
    projected: outlook.projected,
    overage_projected: outlook.overage,
    days_to_exhaustion: outlook.daysToExhaustion,
    status: statusOf(outlook),
    covered_seconds: sum((row) => row.covered_seconds),
    uncovered_seconds: sum((row) => row.uncovered_seconds),
    unknownNow: rates.filter((each) => each === null).length,
  };
}

/** What is not known is not in the numbers: without this a budget would look better than it is. */
function partial(
  { scope, workloads, unknown }: BudgetResponse['budgets'][number],
  unknownNow: number,
): Reason {
  return {
    code: 'COST_INCOMPLETE',
    message: `of ${workloads} workloads of the budget for ${scope}, ${unknown} have no known cost this month and ${unknownNow} none now: they are not in it`,
    details: { workloads, unknown, unknown_now: unknownNow },
  };
}

function statusOf({ remaining, overage }: ReturnType<typeof budgetOutlook>) {
  if (remaining <= 0) return 'exhausted';
  if (overage === null) return 'unknown';
  return overage > 0 ? 'over_at_this_rate' : 'on_track';
}

function scopeText(scope: Scope): string {
  const parts = Object.entries(scope).filter(([, value]) => value !== undefined);
  return parts.length === 0
    ? 'everything'
    : parts.map(([key, value]) => `${key} ${value}`).join(', ');
}

function noBudget(): Reason {
  return {
    code: 'BUDGET_UNKNOWN',
    message: 'no budget is configured: add one to pricing.budgets, or ask with monthly_budget',
  };
}
