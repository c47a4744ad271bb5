import { type EpochMs, epochMs } from '../time.ts';
import type { ColumnMapping } from './column-mapping.ts';
import { type DecimalMark, readDecimal } from './decimal.ts';
import type { Layout, ValueColumn } from './layout.ts';
import type { MomentReader } from './moment-reader.ts';
import { type CsvOwner, type CsvSeries, metricNames, ownerIndex } from './series-index.ts';
import { type TimeFormat, toIsoText } from './time-format.ts';
import type { Conversion } from './units.ts';

/** Takes what is read, in the order of the file. */
export interface CsvSink {
  /** A value in the unit of its metric. */
  value(series: CsvSeries, at: EpochMs, value: number): void;
  /** A row or a cell that could not be read. */
  problem(line: number, reason: string): void;
  /** Awaited after every piece of the file, so that a slow receiver holds the reading back. */
  afterPiece?(): Promise<void>;
}

/** What there was beside values. */
export interface CsvCounts {
  rows: number;
  /** Cells that are empty or say NaN: nothing was measured. */
  missing: number;
  /** Rows that the exporter interpolated: they are no measurements. */
  filled: number;
}

export interface RowOptions {
  readonly layout: Layout;
  /** Number of columns of the header. */
  readonly width: number;
  readonly decimal: DecimalMark;
  readonly format: TimeFormat;
  readonly moment: MomentReader;
  readonly map: readonly ColumnMapping[];
  readonly sink: CsvSink;
  readonly counts: CsvCounts;
}

/** Words that exporters write where there is no value. */
const MISSING = new Set(['', 'nan', 'null', 'na', 'n/a', 'none', '-', '<na>']);
/** Beyond it nothing is a measurement; the API takes no more either. */
const MOST = 1e30;

/** Reads one row. */
export type ReadRow = (fields: readonly string[], line: number) => void;

/** A reader of the rows of a file whose layout is known. A row that cannot be read stops nothing. */
export function rowReader(options: RowOptions): ReadRow {
  const { layout, width, sink, counts } = options;
  const readTime = timeReader(options);
  const readCells =
    layout.kind === 'long' ? longCells(options, layout) : wideCells(options, layout);
  const { ownerOf } = ownerIndex(layout.identity);
  return (fields, line) => {
    counts.rows++;
    if (fields.length !== width) {
      sink.problem(line, `${fields.length} columns, the header has ${width}`);
      return;
    }
    const at = readTime(fields[layout.timestamp] ?? '');
    if (typeof at === 'string') {
      sink.problem(line, at);
      return;
    }
    if (layout.filled !== undefined && isTrue(fields[layout.filled])) {
      counts.filled++;
      return;
    }
    const owner = ownerOf(fields);
    if (typeof owner === 'string') sink.problem(line, owner);
    else readCells(fields, line, epochMs(at), owner);
  };
}

function timeReader({ format, moment }: RowOptions): MomentReader {
  if (format === 'iso') return moment;
  return (text) => {
    const iso = toIsoText(text, format);
    return iso === undefined
      ? `"${text.slice(0, 40)}" is no timestamp like the others`
      : moment(iso);
  };
}

type ReadCells = (fields: readonly string[], line: number, at: EpochMs, owner: CsvOwner) => void;

function wideCells(
  { decimal, sink, counts }: RowOptions,
  { values }: { readonly values: readonly ValueColumn[] },
): ReadCells {
  let known: CsvOwner | undefined;
  let series: readonly CsvSeries[] = [];
  return (fields, line, at, owner) => {
    if (owner !== known) {
      known = owner;
      series = values.map(({ metric }) => owner.series(metric));
    }
    for (let i = 0; i < values.length; i++) {
      const { index, metric, conversion } = values[i]!;
      const text = fields[index]!;
      const value = readDecimal(text, decimal);
      if (Number.isNaN(value)) {
        if (isMissing(text)) counts.missing++;
        else sink.problem(line, noNumber(metric, text, decimal));
      } else emit(sink, line, series[i]!, at, converted(value, conversion));
    }
  };
}

function longCells(
  { decimal, sink, counts, map }: RowOptions,
  layout: { readonly metric: number; readonly value: number },
): ReadCells {
  const metricOf = metricNames(map);
  return (fields, line, at, owner) => {
    const text = fields[layout.value]!;
    if (isMissing(text)) {
      counts.missing++;
      return;
    }
    const named = metricOf(fields[layout.metric]!);
    if ('problem' in named) {
      sink.problem(line, named.problem);
      return;
    }
    const value = readDecimal(text, decimal);
    if (Number.isNaN(value)) sink.problem(line, noNumber(named.metric, text, decimal));
    else emit(sink, line, owner.series(named.metric), at, converted(value, named.conversion));
  };
}

function emit(sink: CsvSink, line: number, series: CsvSeries, at: EpochMs, value: number): void {
  if (Math.abs(value) <= MOST) sink.value(series, at, value);
  else sink.problem(line, `${series.metric}: ${value} is beyond 1e30`);
}

/** The value in the unit of its metric. */
export function converted(value: number, conversion: Conversion | undefined): number {
  return conversion === undefined ? value : (value * conversion.multiply) / conversion.divide;
}

/** Whether a cell says that nothing was measured. */
export function isMissing(text: string): boolean {
  return text.length < 5 && MISSING.has(text.toLowerCase());
}

function noNumber(metric: string, text: string, decimal: DecimalMark): string {
  const other = decimal === '.' ? ',' : '.';
  const isOther = !Number.isNaN(readDecimal(text, other));
  const hint = isOther ? ` with decimals after a ${decimal} (--decimal ${other})` : '';
  return `${metric}: "${text.slice(0, 40)}" is no finite number${hint}`;
}

function isTrue(text: string | undefined): boolean {
  return text === '1' || text?.toLowerCase() === 'true';
}
