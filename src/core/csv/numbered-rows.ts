import { DomainError } from '../errors.ts';
import { addMs, type DurationMs, type EpochMs } from '../time.ts';
import { readDecimal } from './decimal.ts';
import { type NumberedRow, refuseStacked, standIns } from './experiment.ts';
import type { Layout, LeftOut } from './layout.ts';
import { converted, isMissing, type ReadRow, type RowOptions } from './read-rows.ts';
import { ownerIndex } from './series-index.ts';

const ROW_NUMBER = /^t_(\d{1,7})$/;
/** Experiments are short; all of one is looked at before any of it is believed. */
const MOST_ROWS = 100_000;

/** Whether times are numbers of rows: `t_0`, `t_1`, … */
export function areRowNumbers(cells: readonly string[]): boolean {
  return cells.length > 0 && cells.every((cell) => ROW_NUMBER.test(cell));
}

/** A reader whose rows are kept until the file has ended. */
export interface NumberedReader {
  readonly read: ReadRow;
  /**
   * Checks the rows and hands their values on.
   * @returns columns that hold no measurements after all
   * @throws {DomainError} `IMPORT_INVALID` when series are stacked
   */
  finish(): readonly LeftOut[];
}

/**
 * Reads rows that have numbers instead of times: row `t_i` is `start` + i × `step`.
 *
 * @throws {DomainError} `IMPORT_INVALID` without `start` and `step`, for the long form, and for more
 *   than 100,000 rows
 */
export function numberedReader(
  options: Omit<RowOptions, 'format' | 'moment'>,
  grid: { readonly start: EpochMs | undefined; readonly step: DurationMs | undefined },
): NumberedReader {
  const { layout, width, sink, counts, decimal } = options;
  const { start, step } = grid;
  if (start === undefined || step === undefined) {
    throw refuse('the times are row numbers (t_0, t_1, ...), no clock times', {
      try: '--start 2026-01-05T10:00:00Z --step 30s, if the rows are one series',
    });
  }
  const values = valuesOf(layout);
  const rows: (NumberedRow & { readonly fields: readonly string[] })[] = [];
  return {
    read(fields, line) {
      counts.rows++;
      const [, number] = ROW_NUMBER.exec(fields[layout.timestamp] ?? '') ?? [];
      if (fields.length !== width) {
        sink.problem(line, `${fields.length} columns, the header has ${width}`);
      } else if (number === undefined) {
        sink.problem(line, `"${fields[layout.timestamp]?.slice(0, 40)}" is no row number like t_0`);
      } else if (rows.length >= MOST_ROWS) {
        throw refuse(`more than ${MOST_ROWS} rows with numbers instead of times`, { line });
      } else {
        const cells = values.map(({ index, metric, conversion }) => {
          const text = fields[index] ?? '';
          const value = converted(readDecimal(text, decimal), conversion);
          if (Number.isNaN(value) && !isMissing(text)) {
            sink.problem(line, `${metric}: "${text.slice(0, 40)}" is no finite number`);
          } else if (Number.isNaN(value)) counts.missing++;
          return value;
        });
        rows.push({ line, number: Number(number), values: cells, fields });
      }
    },
    finish() {
      const names = values.map(({ metric }) => metric);
      refuseSeveral(rows, layout);
      refuseStacked(rows, names);
      const invented = standIns(rows, names);
      const { ownerOf } = ownerIndex(layout.identity);
      for (const { line, number, values: cells, fields } of rows) {
        const owner = ownerOf(fields);
        if (typeof owner === 'string') sink.problem(line, owner);
        else {
          const at = addMs(start, step, number);
          names.forEach((metric, i) => {
            const value = cells[i] ?? Number.NaN;
            if (Number.isNaN(value) || invented.includes(metric)) return;
            sink.value(owner.series(metric), at, value);
          });
        }
      }
      return invented.map((column) => ({ column, reason: INVENTED }));
    },
  };
}

const INVENTED = 'a constant times another column: what the exporter writes without a measurement';

function valuesOf(layout: Layout) {
  if (layout.kind !== 'long') return layout.values;
  throw refuse('the long form needs clock times, not row numbers', { column: 'timestamp' });
}

/** Rows of two services or experiments are two series, whatever their numbers. */
function refuseSeveral(
  rows: readonly { readonly line: number; readonly fields: readonly string[] }[],
  { identity }: Layout,
): void {
  if (identity?.kind !== 'parts') return;
  for (const [index] of identity.parts) {
    const [first] = rows;
    const other = rows.find(({ fields }) => fields[index] !== first?.fields[index]);
    if (first && other) {
      const both = `${first.fields[index]} and ${other.fields[index]}`;
      throw refuse(`rows of ${both} in one file: numbers of rows are no times then`, {
        line: other.line,
      });
    }
  }
}

function refuse(message: string, details: Record<string, unknown>): DomainError {
  return new DomainError('IMPORT_INVALID', message, details);
}
