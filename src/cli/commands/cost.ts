import type { CostPeriod } from '#contracts/http/cost.ts';
import { counted } from '#core/units.ts';
import { type CommandContext, type WorkloadFlags, workloadOf } from '../command-context.ts';
import { budgetTable, forecastTable, savingsTable } from '../render/cost-outlook-tables.ts';
import { costTable, efficiencyTable, reasonLines, summaryTable } from '../render/cost-tables.ts';
import { formatDollars } from '../render/dollars.ts';
import { renderTable, type Table } from '../render/table.ts';
import { momentOf } from '../render/time.ts';
import type { Session } from '../session.ts';

/** `--fail-over` found a budget that is exhausted, or will be. */
const EXIT_FINDINGS = 1;

export interface CostFlags extends WorkloadFlags {
  readonly period?: CostPeriod;
}

export interface BudgetFlags extends WorkloadFlags {
  readonly monthly?: number;
  readonly failOver?: boolean;
}

/** One answer, ready to be printed. */
interface View {
  readonly data: { readonly from: string; readonly to: string };
  readonly table: Table;
  /** The totals in words, and what is to be known of them. */
  readonly caption: string;
}

type Client = Session['client'];
type Query = Readonly<Record<string, string | number | undefined>>;

const VIEWS = { workloads, summary, savings, efficiency, forecast } as const;

/** Shows costs of a period, or what is behind them. */
export async function showCost(
  context: CommandContext,
  view: keyof typeof VIEWS,
  flags: CostFlags,
): Promise<number> {
  return context.withSession(async ({ client }) => {
    const query = { ...workloadOf(flags), period: flags.period };
    printView(context, await VIEWS[view](client, query, context));
    return 0;
  });
}

/** Shows where this month's budgets are heading. */
export async function showBudget(context: CommandContext, flags: BudgetFlags): Promise<number> {
  return context.withSession(async ({ client }) => {
    const query = { ...workloadOf(flags), monthly_budget: flags.monthly };
    const data = await client.call('getCostBudget', { query });
    const caption = data.budgets.length === 0 ? 'no budget to judge\n' : '';
    const table = budgetTable(data.budgets);
    printView(context, { data, table, caption: `${caption}${reasonLines([data])}` });
    const isOver = data.budgets.some(
      ({ status }) => status === 'exhausted' || status === 'over_at_this_rate',
    );
    return flags.failOver && isOver ? EXIT_FINDINGS : 0;
  });
}

function printView(context: CommandContext, { data, table, caption }: View): void {
  const at = (iso: string) => context.time.dateTime(momentOf(iso));
  context.print({
    data,
    table,
    text: () => {
      const shown = table.rows.length === 0 ? '' : renderTable(table, context.terminal);
      return `${at(data.from)} to ${at(data.to)}, US dollars\n${shown}${caption}`;
    },
  });
}

async function workloads(client: Client, query: Query): Promise<View> {
  const data = await client.call('getCost', { query });
  const of = counted(data.workloads.length, 'workload');
  const caption = `total ${formatDollars(data.total)} of ${of}${unknownOf(data.unknown)}\n`;
  return { data, table: costTable(data), caption: caption + reasonLines(data.workloads) };
}

async function summary(client: Client, query: Query): Promise<View> {
  const data = await client.call('getCostSummary', { query });
  const of = counted(data.namespaces.length, 'namespace');
  const caption = `total ${formatDollars(data.total)} of ${of}${unknownOf(data.unknown)}\n`;
  return { data, table: summaryTable(data), caption };
}

async function savings(client: Client, query: Query, context: CommandContext): Promise<View> {
  const data = await client.call('getCostSavings', { query });
  const within = data.follow_within_seconds / 60;
  const caption =
    `saved ${formatDollars(data.saved)}: ${data.followed} of ` +
    `${counted(data.recommendations, 'recommendation')} followed within ${within} min; ` +
    'scaling up counts against it\n';
  const table = savingsTable(data.savings, context.time);
  return { data, table, caption: caption + reasonLines([data]) };
}

async function efficiency(client: Client, query: Query): Promise<View> {
  const data = await client.call('getCostEfficiency', { query });
  const caption = `idle ${formatDollars(data.idle_cost)} of ${formatDollars(data.cost)}: the share that neither CPU nor memory has used\n`;
  const table = efficiencyTable(data.workloads);
  return { data, table, caption: caption + reasonLines(data.workloads) };
}

async function forecast(client: Client, query: Query): Promise<View> {
  const data = await client.call('getCostForecast', { query });
  const caption = `total ${formatDollars(data.total)}${unknownOf(data.unknown)}\n`;
  const table = forecastTable(data.workloads);
  return { data, table, caption: caption + reasonLines(data.workloads) };
}

function unknownOf(unknown: number): string {
  return unknown === 0 ? '' : `; the cost of ${counted(unknown, 'workload')} is not known`;
}
