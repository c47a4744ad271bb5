import { readFileSync } from 'node:fs';
import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { foreignError } from '#cli/foreign-error.ts';
import { DomainError } from '#core/errors.ts';

/** One row of a CSV file, with the line it ended on. */
export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

const NUMBER = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Reads a CSV file that must have exactly these columns, in this order, and a field in each.
 *
 * @throws {DomainError} `IMPORT_INVALID` with the file and the line, at the first thing that is wrong
 */
export function readCsv(path: string, columns: readonly string[]): readonly CsvRow[] {
  const [header, ...rows] = records(path);
  if (header?.fields.join() !== columns.join()) {
    const got = header === undefined ? 'an empty file' : header.fields.join();
    throw invalid(path, 1, `the columns must be ${columns.join()}, got ${got}`);
  }
  for (const { line, fields } of rows) {
    if (fields.length !== columns.length) {
      throw invalid(path, line, `a row has ${columns.length} fields, got ${fields.length}`);
    }
  }
  return rows;
}

function records(path: string): readonly CsvRow[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { message } = foreignError(error);
    throw new DomainError('IMPORT_INVALID', `cannot read ${path}: ${message}`, { path }, error);
  }
  try {
    const parsed: unknown = parse(text, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    });
    // The types of csv-parse do not know of `info`.
    return (parsed as readonly ParsedRecord[]).map(({ record, info }) => ({
      line: info.lines,
      fields: record,
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new DomainError('IMPORT_INVALID', `${path}: ${error.message}`, { path }, error);
  }
}

/** The error for a line of a file that cannot be used. */
export function invalid(path: string, line: number, problem: string): DomainError {
  return new DomainError('IMPORT_INVALID', `${path}:${line}: ${problem}`, { path, line });
}

/** A finite number in plain or scientific notation. @throws {DomainError} `IMPORT_INVALID` */
export function numberIn(path: string, line: number, column: string, text: string): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) {
    throw invalid(path, line, `${column} must be a finite number, got "${text.slice(0, 40)}"`);
  }
  return value;
}

/** An integer from `low` to `high`. @throws {DomainError} `IMPORT_INVALID` */
export function integerIn(
  path: string,
  line: number,
  column: string,
  text: string,
  [low, high]: readonly [number, number],
): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= low && value <= high)) {
    const given = text.slice(0, 40);
    throw invalid(
      path,
      line,
      `${column} must be an integer from ${low} to ${high}, got "${given}"`,
    );
  }
  return value;
}
