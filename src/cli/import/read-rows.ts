import { CsvError, parse } from 'csv-parse';
import { DomainError } from '#core/errors.ts';
import { METRIC_NAME } from '#core/series/metric-catalogue.ts';
import { parseTimestamp } from '#core/series/timestamp.ts';
import type { EpochMs } from '#core/time.ts';
import { type Layout, layoutOf } from './layout.ts';

/** One value of one metric, as a row says it. */
export interface Measurement {
  readonly metric: string;
  readonly at: EpochMs;
  readonly value: number;
}

/** A row or a cell that could not be read. */
export interface RowProblem {
  readonly line: number;
  readonly reason: string;
}

/** What one row of the file holds. */
export interface Row {
  readonly line: number;
  readonly measurements: readonly Measurement[];
  readonly problems: readonly RowProblem[];
  /** Cells that are empty or say NaN: nothing was measured. */
  readonly missing: number;
  /** The exporter interpolated this row: it is not a measurement, and left out. */
  readonly filled: boolean;
}

export interface ReadOptions {
  /** Metric of a lone `value` column. */
  readonly metric: string;
  /** Zone of timestamps without one; without it they are refused. */
  readonly zone?: string | undefined;
}

/** Longest row that is read; longer ones are not CSV of metrics. */
const MAX_ROW_BYTES = 1_000_000;
/** Words that exporters write where there is no value. */
const MISSING = new Set(['', 'nan', 'null', 'na', 'n/a', 'none']);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Reads CSV row by row, whatever its length. A row that cannot be read is told with its line and its
 * reason, and does not stop the others.
 *
 * @throws {DomainError} `IMPORT_INVALID` when there is no header, or not one that is understood, or a
 *   row is longer than 1 MB
 */
export async function* readRows(
  input: NodeJS.ReadableStream,
  options: ReadOptions,
): AsyncGenerator<Row, void, undefined> {
  const parser = parse({
    bom: true,
    info: true,
    // Times, names and numbers hold no commas or line feeds, so quotes mean nothing: obeyed, one
    // that is never closed would swallow the rest of the file.
    quote: false,
    trim: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
  });
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);

  let layout: Layout | undefined;
  let width = 0;
  try {
    for await (const { record: fields, info } of parser as AsyncIterable<CsvRecord>) {
      const record = fields.map(unquoted);
      if (layout === undefined) {
        layout = layoutOf(record, options.metric);
        width = record.length;
      } else yield readRow(record, info.lines, width, layout, options);
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // What is left are lines without end: this is no CSV, so there is no next row to go on with.
    const details = { line: error.lines, max_row_bytes: MAX_ROW_BYTES };
    throw new DomainError('IMPORT_INVALID', `this is no CSV: ${error.message}`, details, error);
  }
  if (layout === undefined)
    throw new DomainError('IMPORT_INVALID', 'the file is empty', { line: 1 });
}

function unquoted(field: string): string {
  return field.length > 1 && field.startsWith('"') && field.endsWith('"')
    ? field.slice(1, -1).trim()
    : field;
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function readRow(
  record: readonly string[],
  line: number,
  width: number,
  layout: Layout,
  options: ReadOptions,
): Row {
  const nothing = { line, measurements: [], problems: [], missing: 0, filled: false };
  const refuse = (reason: string): Row => ({ ...nothing, problems: [{ line, reason }] });
  if (record.length !== width) {
    return refuse(`${record.length} columns, the header has ${width}`);
  }
  const time = parseTimestamp(
    record[layout.timestamp] ?? '',
    options.zone === undefined ? {} : { zone: options.zone },
  );
  if (!time.ok) return refuse(time.message);
  if (layout.filled !== undefined && isTrue(record[layout.filled]))
    return { ...nothing, filled: true };

  const measurements: Measurement[] = [];
  const problems: RowProblem[] = [];
  let missing = 0;
  for (const { index, metric } of cellsOf(record, layout)) {
    const text = record[index] ?? '';
    if (MISSING.has(text.toLowerCase())) missing++;
    else if (!METRIC_NAME.test(metric)) problems.push({ line, reason: badMetric(metric) });
    else if (!NUMBER.test(text) || !Number.isFinite(Number(text))) {
      problems.push({ line, reason: `${metric}: "${text.slice(0, 40)}" is no finite number` });
    } else measurements.push({ metric, at: time.at, value: Number(text) });
  }
  return { line, measurements, problems, missing, filled: false };
}

function cellsOf(record: readonly string[], layout: Layout) {
  if (layout.kind === 'wide') return layout.values;
  return [{ index: layout.value, metric: record[layout.metric] ?? '' }];
}

function badMetric(metric: string): string {
  return `"${metric.slice(0, 64)}" is no metric name: a lower-case letter, then a-z, 0-9 and _`;
}

function isTrue(text: string | undefined): boolean {
  return text === '1' || text?.toLowerCase() === 'true';
}
