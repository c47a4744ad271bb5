import { align } from './align.ts';
import type { ChartModel } from './chart-model.ts';

/** A chart as a table: one row a time, a column for each line and for each bound of a band. */
export interface ChartTable {
  readonly header: readonly string[];
  /** ISO time, then the values; empty where there is none. */
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** The numbers of a chart. */
export function chartTable(model: ChartModel): ChartTable {
  const { times, columns } = align(model);
  return {
    header: [
      'time',
      ...model.lines.map(({ label }) => label),
      ...model.bands.flatMap(({ label }) => [`${label}, lower`, `${label}, upper`]),
    ],
    rows: times.map((at, i) => [
      new Date(at * 1_000).toISOString(),
      ...columns.map((column) => column[i] ?? null),
    ]),
  };
}

/** A table as CSV (RFC 4180). Text that a spreadsheet would run as a formula is kept from it. */
export function toCsv({ header, rows }: ChartTable): string {
  const line = (cells: readonly (string | number | null)[]) => cells.map(csvCell).join(',');
  return `${[header, ...rows].map(line).join('\r\n')}\r\n`;
}

function csvCell(cell: string | number | null): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
