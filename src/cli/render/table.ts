import CliTable from 'cli-table3';
import { printable } from '../failure.ts';
import { styled, type Terminal } from './terminal.ts';

/** One cell: what people read, and what programs read. */
export interface Cell {
  readonly text: string;
  /** For CSV: without units and rounding; null is empty. */
  readonly raw: string | number | null;
  /** Shown in grey: an absence or its reason. */
  readonly dim?: boolean;
}

/** A table that every text format can be made of. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Column {
  readonly title: string;
  /** Name in CSV. */
  readonly key: string;
  readonly align?: 'right';
  /** Its texts are broken over lines where the table would be wider than the terminal. */
  readonly wraps?: true;
}

/** The table without some of its columns, which a title has said already or nobody reads. */
export function withoutColumns({ columns, rows }: Table, keys: readonly string[]): Table {
  const isShown = columns.map(({ key }) => !keys.includes(key));
  return {
    columns: columns.filter((_, i) => isShown[i]),
    rows: rows.map((row) => row.filter((_, i) => isShown[i])),
  };
}

/** A cell of plain text. */
export function textCell(text: string): Cell {
  return { text, raw: text };
}

/** A cell for what is not known: `?`, with the reason when there is one. */
export function unknownCell(reason?: string): Cell {
  return { text: reason === undefined ? '?' : `? ${reason}`, raw: null, dim: true };
}

const ASCII_BORDERS = {
  top: '-',
  'top-mid': '+',
  'top-left': '+',
  'top-right': '+',
  bottom: '-',
  'bottom-mid': '+',
  'bottom-left': '+',
  'bottom-right': '+',
  left: '|',
  'left-mid': '+',
  mid: '-',
  'mid-mid': '+',
  right: '|',
  'right-mid': '+',
  middle: '|',
} as const;

/** A column is not wrapped to less. */
const LEAST_WRAPPED_WIDTH = 12;
/** A border and a space on both sides of a cell. */
const CELL_FRAME = 3;

/**
 * A table for a terminal, ending with a line feed. Where it would be wider than the terminal, the
 * columns that may be wrapped give way, the widest first; nothing is cut off.
 */
export function renderTable(table: Table, terminal: Terminal): string {
  const widths = columnWidths(table, terminal);
  const output = new CliTable({
    head: table.columns.map(({ title }) => styled(title, 'bold', terminal)),
    colAligns: table.columns.map(({ align }) => align ?? 'left'),
    // Lines between rows of one line each say nothing.
    style: { head: [], border: [], compact: true },
    ...(terminal.unicode ? {} : { chars: ASCII_BORDERS }),
  });
  for (const row of table.rows) {
    output.push(
      row.map(({ text, dim }, column) => {
        const lines = wrapped(printable(text), widths[column] ?? text.length);
        return lines.map((line) => (dim ? styled(line, 'dim', terminal) : line)).join('\n');
      }),
    );
  }
  return `${output.toString()}\n`;
}

function columnWidths({ columns, rows }: Table, terminal: Terminal): readonly number[] {
  const widths = columns.map(({ title }, column) =>
    Math.max(title.length, ...rows.map((row) => printable(row[column]?.text ?? '').length)),
  );
  const natural = widths.reduce((sum, width) => sum + width + CELL_FRAME, 1);
  const wrapping = [...widths.entries()]
    .filter(([column]) => columns[column]?.wraps)
    .sort(([, left], [, right]) => right - left);
  let excess = natural - terminal.width;
  for (const [column, width] of wrapping) {
    const given = Math.min(Math.max(excess, 0), Math.max(width - LEAST_WRAPPED_WIDTH, 0));
    widths[column] = width - given;
    excess -= given;
  }
  return widths;
}

/** `text` in lines of at most `width` characters: broken at spaces, else behind `_ - / .`, else anywhere. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const joint = rest.slice(0, width).search(/[_\-/.][^_\-/.]*$/) + 1;
    const end = space > 0 ? space : joint > 0 ? joint : width;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

/**
 * A table as Markdown. Names and messages come from outside, so what Markdown or HTML would obey is
 * escaped.
 */
export function renderMarkdown(table: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  const rules = table.columns.map(({ align }) => (align === 'right' ? '---:' : '---'));
  const rows = table.rows.map((row) => line(row.map(({ text }) => escapeMarkdown(text))));
  return (
    line(table.columns.map(({ title }) => escapeMarkdown(title))) + line(rules) + rows.join('')
  );
}

function escapeMarkdown(text: string): string {
  return printable(text)
    .replace(/[\r\n]+/g, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/[\\`*_[\]|]/g, '\\$&');
}

/** A table as CSV (RFC 4180), with a header of column keys. */
export function renderCsv(table: Table): string {
  const line = (cells: readonly string[]) => `${cells.join(',')}\r\n`;
  const rows = table.rows.map((row) => line(row.map(({ raw }) => csvField(raw))));
  return line(table.columns.map(({ key }) => csvField(key))) + rows.join('');
}

/**
 * One field of CSV. A text that a spreadsheet would run as a formula gets a quote in front of it
 * (OWASP, "CSV injection"); numbers stay numbers, negative ones too.
 *
 * @example
 * ```ts
 * csvField('=1+1'); // => "'=1+1"
 * csvField(-2.5); // => '-2.5'
 * ```
 */
export function csvField(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const guarded = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replace(/"/g, '""')}"` : guarded;
}
