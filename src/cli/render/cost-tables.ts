import type { Reason } from '#contracts/http/common.ts';
import type {
  CostResponse,
  CostSummary,
  EfficiencyRow,
  WorkloadCost,
} from '#contracts/http/cost.ts';
import { formatShare } from '#core/units.ts';
import { workloadLabel } from '#core/workload.ts';
import { printable } from '../failure.ts';
import { formatDollars } from './dollars.ts';
import { type Cell, type Table, textCell, unknownCell } from './table.ts';

const right = { align: 'right' } as const;

/** Costs by workload. */
export function costTable({ workloads }: CostResponse): Table {
  return {
    columns: [
      { title: 'Workload', key: 'workload', wraps: true },
      { title: 'Cost', key: 'cost_usd', ...right },
      { title: 'Replica-hours', key: 'replica_hours', ...right },
      { title: 'Mean', key: 'mean_replicas', ...right },
      { title: 'Most', key: 'most_replicas', ...right },
      { title: 'Covered', key: 'covered', ...right },
      { title: 'Price of', key: 'price', wraps: true },
    ],
    rows: workloads.map((row) => [
      workloadCell(row),
      dollarCell(row.cost),
      numberCell(row.covered_seconds === 0 ? null : row.replica_hours, 1),
      numberCell(row.mean_replicas, 2),
      numberCell(row.most_replicas, 0),
      coveredCell(row),
      priceCell(row),
    ]),
  };
}

/** Costs by namespace. */
export function summaryTable({ namespaces }: CostSummary): Table {
  return {
    columns: [
      { title: 'Namespace', key: 'namespace' },
      { title: 'Cost', key: 'cost_usd', ...right },
      { title: 'Replica-hours', key: 'replica_hours', ...right },
      { title: 'Workloads', key: 'workloads', ...right },
      { title: 'Unknown', key: 'unknown', ...right },
      { title: 'Covered', key: 'covered', ...right },
    ],
    rows: namespaces.map((row) => {
      const cluster = row.cluster === 'default' ? '' : `${row.cluster}:`;
      const simulated = row.simulated ? ' SIMULATED' : '';
      return [
        textCell(`${cluster}${row.namespace}${simulated}`),
        dollarCell(row.cost),
        numberCell(row.replica_hours, 1),
        numberCell(row.workloads, 0),
        numberCell(row.unknown, 0),
        coveredCell(row),
      ];
    }),
  };
}

/** How much of what is paid for was used. */
export function efficiencyTable(rows: readonly EfficiencyRow[]): Table {
  return {
    columns: [
      { title: 'Workload', key: 'workload', wraps: true },
      { title: 'CPU', key: 'cpu_mean', ...right },
      { title: 'CPU P95', key: 'cpu_p95', ...right },
      { title: 'Memory', key: 'memory_mean', ...right },
      { title: 'Memory P95', key: 'memory_p95', ...right },
      { title: 'Size', key: 'status' },
      { title: 'Cost', key: 'cost_usd', ...right },
      { title: 'Idle', key: 'idle_cost_usd', ...right },
    ],
    rows: rows.map((row) => [
      workloadCell(row),
      shareCell(row.cpu?.mean),
      shareCell(row.cpu?.p95),
      shareCell(row.memory?.mean),
      shareCell(row.memory?.p95),
      row.status === null ? unknownCell() : textCell(row.status),
      dollarCell(row.cost),
      dollarCell(row.idle_cost),
    ]),
  };
}

/** What answers say of their gaps, each once, a line each. */
export function reasonLines(rows: readonly { readonly reasons: readonly Reason[] }[]): string {
  const messages = new Set(rows.flatMap(({ reasons }) => reasons.map(({ message }) => message)));
  return [...messages].map((message) => `? ${printable(message)}\n`).join('');
}

/** A workload, and that it is simulated. */
export function workloadCell({
  workload,
  simulated,
}: Pick<WorkloadCost, 'workload' | 'simulated'>): Cell {
  return textCell(`${workloadLabel(workload)}${simulated ? ' SIMULATED' : ''}`);
}

export function dollarCell(amount: number | null): Cell {
  return amount === null ? unknownCell() : { text: formatDollars(amount), raw: amount };
}

export function numberCell(value: number | null, digits: number): Cell {
  return value === null ? unknownCell() : { text: value.toFixed(digits), raw: value };
}

function shareCell(share: number | undefined): Cell {
  return share === undefined ? unknownCell() : { text: formatShare(share), raw: share };
}

function coveredCell(row: {
  readonly covered_seconds: number;
  readonly uncovered_seconds: number;
}): Cell {
  const all = row.covered_seconds + row.uncovered_seconds;
  return shareCell(all > 0 ? row.covered_seconds / all : undefined);
}

function priceCell({ price }: WorkloadCost): Cell {
  if (price === null) return unknownCell('no price');
  const date = price.as_of === null ? '' : ` (${price.as_of})`;
  return {
    text: `${formatDollars(price.per_replica_hour)}/h ${price.basis}${date}`,
    raw: price.per_replica_hour,
  };
}
