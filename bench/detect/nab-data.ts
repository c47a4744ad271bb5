import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve, sep } from 'node:path';
import * as z from 'zod';
import { foreignError } from '#cli/foreign-error.ts';
import { DomainError } from '#core/errors.ts';
import { median } from '#core/math/statistics.ts';
import { parseTimestamp } from '#core/series/timestamp.ts';
import { type DurationMs, durationMs, type EpochMs } from '#core/time.ts';
import { timeIn } from '../forecast/protocol.ts';
import { numberIn, readCsv } from '../forecast/read-csv.ts';
import type { LabelledRows, RowWindow } from './nab-gains.ts';

/** One metric with its labels. */
export interface NabFile extends LabelledRows {
  /** Relative to the folder's `data/`, with `/` between: `<category>/<file>.csv`. */
  readonly path: string;
  /** In the order of the file. Real files repeat times, and step back where clocks were changed. */
  readonly timestamps: readonly EpochMs[];
  readonly values: Float64Array;
  /** Time and value of each row as the file writes them. */
  readonly texts: readonly (readonly string[])[];
  /** Median time between rows. */
  readonly step: DurationMs;
}

export interface NabCorpus {
  /** The folder's last name. */
  readonly name: string;
  /** In order of their paths. */
  readonly files: readonly NabFile[];
  /** Labelled files that the folder does not hold. */
  readonly absent: readonly string[];
}

const LABELS = 'windows.json';
const COLUMNS = ['timestamp', 'value'];

const LabelsSchema = z.record(z.string(), z.array(z.tuple([z.string(), z.string()])));
type Labels = z.infer<typeof LabelsSchema>;

/**
 * Reads a folder of NAB's form: `data/<category>/<file>.csv` of columns `timestamp,value`, and
 * `windows.json` with `[[first, last], …]` for each of these paths, none for a file without
 * anomalies. Times without a zone are UTC.
 *
 * A window covers the rows from the first to the last whose time lies in it. Labels of files that the
 * folder does not hold are passed over and told in `absent`.
 *
 * @throws {DomainError} `IMPORT_INVALID` naming the file and, where there is one, the line
 */
export function loadNab(directory: string): NabCorpus {
  const labels = readLabels(join(directory, LABELS));
  const paths = csvFilesIn(join(directory, 'data'));
  const files = paths.map((path) => readFile(directory, path, labels));
  if (files.every(({ windows }) => windows.length === 0)) {
    throw unusable(
      directory,
      `no file under data/ has a window in ${LABELS}: nothing can be found`,
    );
  }
  return {
    name: basename(resolve(directory)),
    files,
    absent: Object.keys(labels).filter((path) => !paths.includes(path)),
  };
}

function readLabels(path: string): Labels {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw unusable(path, foreignError(error).message, error);
  }
  const parsed = LabelsSchema.safeParse(json);
  if (!parsed.success) throw unusable(path, z.prettifyError(parsed.error), parsed.error);
  return parsed.data;
}

function csvFilesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.csv'))
      .map((path) => path.split(sep).join('/'))
      .toSorted();
  } catch (error) {
    throw unusable(directory, foreignError(error).message, error);
  }
}

function readFile(directory: string, path: string, labels: Labels): NabFile {
  const own = labels[path];
  const labelsPath = join(directory, LABELS);
  if (own === undefined) throw unusable(labelsPath, `there is no entry for data/${path}`);
  const file = join(directory, 'data', path);
  const rows = readCsv(file, COLUMNS);
  if (rows.length < 2) throw unusable(file, `a file needs two rows or more, got ${rows.length}`);
  const timestamps = rows.map(({ line, fields }) => timeIn(file, line, fields[0] ?? ''));
  const moves = timestamps.slice(1).map((at, i) => at - (timestamps[i] ?? at));
  return {
    path,
    rows: rows.length,
    windows: windowsIn(labelsPath, path, own, timestamps),
    timestamps,
    values: Float64Array.from(rows, ({ line, fields }) =>
      numberIn(file, line, 'value', fields[1] ?? ''),
    ),
    texts: rows.map(({ fields }) => fields),
    step: durationMs(median(moves)),
  };
}

/** The rows of each window, in order. @throws {DomainError} `IMPORT_INVALID` */
function windowsIn(
  labelsPath: string,
  path: string,
  spans: Labels[string],
  timestamps: readonly EpochMs[],
): readonly RowWindow[] {
  const windows = spans.map(([from, to]) => {
    const [start, end] = [momentIn(labelsPath, from), momentIn(labelsPath, to)];
    const isInside = (at: EpochMs) => at >= start && at <= end;
    const first = timestamps.findIndex(isInside);
    if (first < 0) throw unusable(labelsPath, `no row of ${path} lies in ${from} to ${to}`);
    return { first, last: timestamps.findLastIndex(isInside) };
  });
  const ordered = windows.toSorted((a, b) => a.first - b.first);
  if (ordered.some(({ first }, i) => first <= (ordered[i - 1]?.last ?? -1))) {
    throw unusable(labelsPath, `windows of ${path} overlap`);
  }
  return ordered;
}

function momentIn(labelsPath: string, text: string): EpochMs {
  const parsed = parseTimestamp(text, { zone: 'utc' });
  if (!parsed.ok) throw unusable(labelsPath, parsed.message);
  return parsed.at;
}

function unusable(path: string, problem: string, cause?: unknown): DomainError {
  return new DomainError('IMPORT_INVALID', `${path}: ${problem}`, { path }, cause);
}
