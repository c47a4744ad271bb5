import { AWS_PRICES, PRICED_REGION } from '#core/cost/aws-prices.ts';
import type { CostLine, CostPlan } from '#core/cost/cost-plan.ts';
import { ASSUMED_WAITS_MS, WORK_MEASURED } from '#core/cost/plan-work.ts';
import { formatDollars } from './dollars.ts';
import { type Cell, renderMarkdown, renderTable, type Table, textCell } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Lines below this share of the total are shown together, unless everything is explained. */
const SMALL = 0.005;

/** What -o json and yaml print. */
export function planData(plan: CostPlan) {
  return {
    region: PRICED_REGION,
    currency: 'USD',
    workloads: plan.workloads,
    monthly_usd: plan.totalUsd,
    per_workload_usd: plan.perWorkloadUsd,
    free_tier_deducted: plan.isFreeTierDeducted,
    services: plan.services.map(({ service, usd }) => ({ service, monthly_usd: usd })),
    lines: plan.lines.map((line) => ({
      service: line.service,
      item: line.item,
      by: line.by,
      quantity: line.quantity,
      unit: line.unit,
      monthly_usd: line.usd,
      per_workload_usd: perWorkload(line.usd, plan),
      formula: line.formula,
      assumption: line.assumption,
      price: { usd_per_unit: AWS_PRICES[line.item].tiers[0].usd, free: AWS_PRICES[line.item].free },
      price_as_of: AWS_PRICES[line.item].asOf,
      price_source: AWS_PRICES[line.item].url,
    })),
    measured: WORK_MEASURED,
    assumed_waits_ms: ASSUMED_WAITS_MS,
  };
}

/** Every line, for CSV. */
export function planTable(plan: CostPlan): Table {
  return {
    columns: [
      ...COLUMNS,
      { title: 'Numbers', key: 'formula', wraps: true },
      { title: 'Assumption', key: 'assumption', wraps: true },
    ],
    rows: plan.lines.map((line) => [
      ...cellsOf(line, plan),
      textCell(line.formula),
      textCell(line.assumption),
    ]),
  };
}

/** The plan for a terminal: what matters, the small rest in one line, and the total. */
export function planText(
  plan: CostPlan,
  terminal: Terminal,
  { explain }: { readonly explain: boolean },
): string {
  const table = explain ? planTable(plan) : shortTable(plan);
  return `${title(plan)}\n\n${renderTable(table, terminal)}${caption(plan)}`;
}

/** What -o md prints. */
export function planMarkdown(plan: CostPlan): string {
  return `${title(plan)}\n\n${renderMarkdown(planTable(plan))}\n${caption(plan)}`;
}

const COLUMNS: Table['columns'] = [
  { title: 'Service', key: 'service' },
  { title: 'For', key: 'by' },
  { title: 'Quantity', key: 'quantity', align: 'right' },
  { title: 'Unit', key: 'unit', wraps: true },
  { title: 'Month', key: 'monthly_usd', align: 'right' },
  { title: 'A workload', key: 'per_workload_usd', align: 'right' },
];

function shortTable(plan: CostPlan): Table {
  const isSmall = ({ usd }: CostLine) => usd < SMALL * plan.totalUsd;
  const small = plan.lines.filter(isSmall);
  const usd = small.reduce((sum, line) => sum + line.usd, 0);
  const rest: Cell[] = [
    textCell('other'),
    textCell(`${small.length} lines`),
    textCell(''),
    textCell('--explain shows them'),
    dollars(usd),
    dollars(perWorkload(usd, plan)),
  ];
  return {
    columns: COLUMNS,
    rows: [
      ...plan.lines.filter((line) => !isSmall(line)).map((line) => cellsOf(line, plan)),
      ...(small.length > 0 ? [rest] : []),
    ],
  };
}

function cellsOf(line: CostLine, plan: CostPlan): Cell[] {
  return [
    textCell(line.service),
    textCell(line.by),
    { text: quantity(line.quantity), raw: line.quantity },
    textCell(line.unit),
    dollars(line.usd),
    dollars(perWorkload(line.usd, plan)),
  ];
}

function title({ workloads }: CostPlan): string {
  const counted = workloads === 1 ? '1 workload' : `${quantity(workloads)} workloads`;
  return `Helios on AWS, ${PRICED_REGION}, a month of 730 hours, ${counted}`;
}

function caption(plan: CostPlan): string {
  const each =
    plan.perWorkloadUsd === null ? '' : `, ${formatDollars(plan.perWorkloadUsd)} a workload`;
  const dates = Object.values(AWS_PRICES).map(({ asOf }) => asOf);
  const free = plan.isFreeTierDeducted
    ? 'what AWS charges nobody for is taken off, as if nothing else used it'
    : 'nothing is taken off for free tiers: --free-tier does';
  return [
    `Total: ${formatDollars(plan.totalUsd)} a month${each}.`,
    `List prices of ${earliest(dates)} to ${latest(dates)}, without tax and discounts; ${free}.`,
    `Times and sizes were measured on ${WORK_MEASURED.asOf} by ${WORK_MEASURED.by}; waiting for services is assumed. No account was charged to check it.`,
    '',
  ].join('\n');
}

function earliest(dates: readonly string[]): string {
  return [...dates].sort()[0] ?? '';
}

function latest(dates: readonly string[]): string {
  return [...dates].sort().at(-1) ?? '';
}

function perWorkload(usd: number, { workloads }: CostPlan): number | null {
  return workloads > 0 ? usd / workloads : null;
}

function dollars(usd: number | null): Cell {
  return { text: formatDollars(usd), raw: usd };
}

function quantity(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 2 : 0 });
}
