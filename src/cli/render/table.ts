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

/** A table for a terminal, ending with a line feed. */
export function renderTable(table: Table, terminal: Terminal): string {
  const output = new CliTable({
    head: table.columns.map(({ title }) => styled(title, 'bold', terminal)),
    colAligns: table.columns.map(({ align }) => align ?? 'left'),
    // Lines between rows of one line each say nothing.
    style: { head: [], border: [], compact: true },
    ...(terminal.unicode ? {} : { chars: ASCII_BORDERS }),
  });
  for (const row of table.rows) {
    output.push(
      row.map(({ text, dim }) => {
        const content = printable(text);
        return dim ? styled(content, 'dim', terminal) : content;
      }),
    );
  }
  return `${output.toString()}\n`;
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
