import type { BudgetResponse, CostForecast, SavingInfo } from '#contracts/http/cost.ts';
import { formatShare } from '#core/units.ts';
import { dollarCell, numberCell, workloadCell } from './cost-tables.ts';
import { type Cell, type Table, textCell, unknownCell } from './table.ts';
import { formatAge, momentOf, type TimeFormat } from './time.ts';

const right = { align: 'right' } as const;

/** One row a recommendation that was followed. */
export function savingsTable(savings: readonly SavingInfo[], time: TimeFormat): Table {
  const at = (iso: string): Cell => ({ text: time.dateTime(momentOf(iso)), raw: iso });
  return {
    columns: [
      { title: 'Workload', key: 'workload', wraps: true },
      { title: 'Followed', key: 'followed_at' },
      { title: 'Replicas', key: 'replicas' },
      { title: 'Held', key: 'held_seconds', ...right },
      { title: 'Until', key: 'until' },
      { title: 'Saved', key: 'saved_usd', ...right },
    ],
    rows: savings.map((each) => [
      workloadCell(each),
      at(each.followed_at),
      textCell(`${each.before_replicas} to ${each.target_replicas}`),
      { text: formatAge(each.held_seconds), raw: each.held_seconds },
      each.open ? { text: 'still holds', raw: each.until } : at(each.until),
      dollarCell(each.saved),
    ]),
  };
}

const METHODS = {
  forecast: 'forecast of replicas',
  run_rate: 'run rate of the last week',
} as const;

/** What the coming period will cost, and how that is known. */
export function forecastTable(rows: CostForecast['workloads']): Table {
  return {
    columns: [
      { title: 'Workload', key: 'workload', wraps: true },
      { title: 'Will cost', key: 'cost_usd', ...right },
      { title: 'By', key: 'method' },
      { title: 'Now, an hour', key: 'per_hour_usd', ...right },
    ],
    rows: rows.map((row) => [
      workloadCell(row),
      dollarCell(row.cost),
      row.method === null ? unknownCell() : { text: METHODS[row.method], raw: row.method },
      dollarCell(row.per_hour),
    ]),
  };
}

const STATUSES = {
  on_track: 'on track',
  over_at_this_rate: 'over at this rate',
  exhausted: 'exhausted',
  unknown: '? rate unknown',
} as const;

/** Where budgets are heading. */
export function budgetTable(budgets: BudgetResponse['budgets']): Table {
  return {
    columns: [
      { title: 'Budget for', key: 'scope', wraps: true },
      { title: 'Monthly', key: 'monthly_budget_usd', ...right },
      { title: 'Spent', key: 'spent_usd', ...right },
      { title: 'Of it', key: 'spent_share', ...right },
      { title: 'A day', key: 'burn_rate_daily_usd', ...right },
      { title: 'Month end', key: 'projected_usd', ...right },
      { title: 'Over', key: 'overage_projected_usd', ...right },
      { title: 'Days left', key: 'days_to_exhaustion', ...right },
      { title: 'Status', key: 'status' },
    ],
    rows: budgets.map((each) => [
      textCell(each.scope),
      dollarCell(each.monthly_budget),
      dollarCell(each.spent),
      each.spent_share === null
        ? unknownCell()
        : { text: formatShare(each.spent_share), raw: each.spent_share },
      dollarCell(each.burn_rate_daily),
      dollarCell(each.projected),
      dollarCell(each.overage_projected),
      numberCell(each.days_to_exhaustion, 1),
      { text: STATUSES[each.status], raw: each.status },
    ]),
  };
}
