import type { CollectionBudget, SourceList } from '#contracts/http/collection.ts';
import { workloadLabel } from '#core/workload.ts';
import type { CommandContext } from '../command-context.ts';
import { formatDollars } from '../render/dollars.ts';
import { renderTable, type Table, textCell, unknownCell } from '../render/table.ts';
import { formatAge, momentOf } from '../render/time.ts';

/** Prints how each source does that Helios knows. */
export async function showSources(context: CommandContext): Promise<number> {
  return context.withSession(async ({ client }) => {
    const answer = await client.call('listSources');
    const table = sourcesTable(context, answer);
    context.print({
      data: answer,
      table,
      text: () =>
        answer.sources.length === 0
          ? 'no source has delivered anything yet\n'
          : renderTable(table, context.terminal),
    });
    return 0;
  });
}

/** Prints what reading CloudWatch costs this month, and what is read more rarely for it. */
export async function showCollectionBudget(context: CommandContext): Promise<number> {
  return context.withSession(async ({ client }) => {
    const answer = await client.call('readCollectionBudget');
    const table = loweredTable(answer);
    context.print({
      data: answer,
      table,
      text: () =>
        `${budgetLines(answer)}${answer.lowered.length === 0 ? '' : renderTable(table, context.terminal)}`,
    });
    return 0;
  });
}

function sourcesTable({ time }: CommandContext, { sources }: SourceList): Table {
  return {
    columns: [
      { title: 'Source', key: 'name' },
      { title: 'Workloads', key: 'workloads', align: 'right' },
      { title: 'Last read', key: 'last_success' },
      { title: 'Data age', key: 'data_age_seconds', align: 'right' },
      { title: 'Requested', key: 'requested_metrics', align: 'right' },
      { title: 'Last problem', key: 'last_problem', wraps: true },
    ],
    rows: sources.map((source) => [
      textCell(source.name),
      { text: String(source.workloads), raw: source.workloads },
      source.last_success === null
        ? { text: '', raw: null }
        : { text: time.dateTime(momentOf(source.last_success)), raw: source.last_success },
      source.data_age_seconds === null
        ? unknownCell()
        : { text: formatAge(source.data_age_seconds), raw: source.data_age_seconds },
      { text: String(source.requested_metrics ?? ''), raw: source.requested_metrics },
      textCell(problemText(source.last_problem)),
    ]),
  };
}

function problemText(problem: SourceList['sources'][number]['last_problem']): string {
  if (problem === null) return '';
  const workload = problem.workload === null ? '' : `${problem.workload}: `;
  return `${workload}${problem.message} (${problem.code})`;
}

function budgetLines(budget: CollectionBudget): string {
  if (budget.watched_series === 0 && budget.requested_metrics === 0) {
    return `${budget.month}: no workload is read from CloudWatch; the budget is ${formatDollars(budget.budget_usd)}\n`;
  }
  const { month, spent_usd, budget_usd, projected_usd, wanted_usd, reason } = budget;
  const refused =
    budget.refused_metrics === 0 ? '' : `, ${budget.refused_metrics} metrics were not requested`;
  return (
    `${month}: ${formatDollars(spent_usd)} of ${formatDollars(budget_usd)} spent${refused}\n` +
    `by the end of the month ${formatDollars(projected_usd)}, without a budget ${formatDollars(wanted_usd)}\n` +
    `${budget.watched_series} series of ${budget.watched_workloads} workloads: ${reason}\n`
  );
}

function loweredTable({ lowered }: CollectionBudget): Table {
  return {
    columns: [
      { title: 'Workload', key: 'workload' },
      { title: 'Metric', key: 'metric' },
      { title: 'Value', key: 'value' },
      { title: 'Every', key: 'every_seconds', align: 'right' },
      { title: 'Instead of', key: 'instead_of_seconds', align: 'right' },
      { title: 'Why', key: 'reason', wraps: true },
    ],
    rows: lowered.map((series) => [
      textCell(workloadLabel(series.workload)),
      textCell(series.metric),
      textCell(series.value),
      series.every_seconds === null
        ? { text: 'not this month', raw: null }
        : { text: formatAge(series.every_seconds), raw: series.every_seconds },
      { text: formatAge(series.instead_of_seconds), raw: series.instead_of_seconds },
      textCell(series.reason),
    ]),
  };
}
