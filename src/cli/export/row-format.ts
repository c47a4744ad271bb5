import { csvField } from '../render/table.ts';

/** A row of an export: null is missing. */
export type ExportRow = readonly (string | number | null)[];

/** How rows become text. */
export interface RowFormat {
  /** What stands before the first row. */
  readonly head: string;
  line(row: ExportRow): string;
}

/** CSV with a header; texts are guarded against being run as formulas. */
export function csvRows(columns: readonly string[]): RowFormat {
  return {
    head: `${columns.map(csvField).join(',')}\n`,
    line: (row) => `${row.map(csvField).join(',')}\n`,
  };
}

/** One JSON object a line, of the same names. */
export function jsonRows(columns: readonly string[]): RowFormat {
  return {
    head: '',
    line: (row) =>
      `${JSON.stringify(Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null])))}\n`,
  };
}
