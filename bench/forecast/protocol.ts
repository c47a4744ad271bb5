import { readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { foreignError } from '#cli/foreign-error.ts';
import { DomainError } from '#core/errors.ts';
import { makeSeries, type Series } from '#core/series/series.ts';
import { parseTimestamp } from '#core/series/timestamp.ts';
import { addMs, durationMs, type EpochMs } from '#core/time.ts';
import { integerIn, invalid, numberIn, readCsv } from './read-csv.ts';
import { longestHorizon, type Track, trackOf } from './track.ts';

/** A moment at which a series is forecast. */
export interface BenchmarkCutoff {
  /** The time as cutoffs.csv writes it. */
  readonly text: string;
  readonly at: EpochMs;
  /** Index of the last value that may be used. */
  readonly index: number;
  /** Whether slow models are scored here too. */
  readonly isSlow: boolean;
  /** Steps to forecast. */
  readonly horizon: number;
}

export interface BenchmarkSeries {
  readonly series: Series;
  /** 1 where the value was interpolated: history, but never scored. */
  readonly filled: Uint8Array;
  /** In order of time; one or more. */
  readonly cutoffs: readonly BenchmarkCutoff[];
}

/** A folder of series with their cutoffs. */
export interface BenchmarkSet {
  /** The folder's last name. */
  readonly name: string;
  readonly track: Track;
  /** In order of their names. */
  readonly series: readonly BenchmarkSeries[];
}

const CUTOFFS = 'cutoffs.csv';

/**
 * Reads a folder with one `<series>.csv` of columns `timestamp,value,filled` each, and `cutoffs.csv`
 * of columns `series,k,cutoff,idx,slow,hmax`. Times without a zone are UTC.
 *
 * Series lie on a regular grid, all on the same, which tells the track; `idx` is the place of the
 * cutoff, counted from 0, and must agree with it; `k` numbers the cutoffs of a series and is not used.
 *
 * @throws {DomainError} `IMPORT_INVALID` naming the file and the line
 */
export function loadFolder(directory: string): BenchmarkSet {
  const files = namesIn(directory).filter((name) => name.endsWith('.csv') && name !== CUTOFFS);
  const loaded = files.toSorted().map((file) => readSeries(join(directory, file)));
  const first = loaded[0];
  if (first === undefined) throw unusable(directory, 'there is no series, a file <name>.csv');
  const track = trackOf(first.series.step);
  const other = loaded.find(({ series }) => series.step !== track.step);
  if (other)
    throw unusable(directory, `${other.series.id} is on another grid than the first series`);
  const cutoffs = readCutoffs(join(directory, CUTOFFS), loaded, longestHorizon(track));
  const series = loaded.map((each) => {
    const own = cutoffs.get(each.series.id);
    if (!own) throw unusable(directory, `${CUTOFFS} has no cutoff for ${each.series.id}`);
    return { ...each, cutoffs: own };
  });
  return { name: basename(resolve(directory)), track, series };
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    const { message } = foreignError(error);
    throw unusable(directory, message, error);
  }
}

function unusable(path: string, problem: string, cause?: unknown): DomainError {
  return new DomainError('IMPORT_INVALID', `${path}: ${problem}`, { path }, cause);
}

type Loaded = Omit<BenchmarkSeries, 'cutoffs'>;

function readSeries(path: string): Loaded {
  const rows = readCsv(path, ['timestamp', 'value', 'filled']);
  if (rows.length < 2) throw invalid(path, rows.length + 1, 'a series needs two rows or more');
  const times = rows.map(({ line, fields }) => timeIn(path, line, fields[0] ?? ''));
  const step = durationMs(times[1]! - times[0]!);
  const off = times.findIndex((time, i) => time !== times[0]! + i * step);
  if (step <= 0 || off >= 0) {
    const line = rows[Math.max(1, off)]!.line;
    throw invalid(
      path,
      line,
      `rows must follow each other by the step of the first two, ${step} ms`,
    );
  }
  const flags = rows.map(({ line, fields }) =>
    integerIn(path, line, 'filled', fields[2] ?? '', [0, 1]),
  );
  return {
    series: makeSeries({
      id: basename(path, '.csv'),
      unit: 'unspecified',
      start: times[0]!,
      step,
      values: rows.map(({ line, fields }) => numberIn(path, line, 'value', fields[1] ?? '')),
    }),
    filled: Uint8Array.from(flags),
  };
}

/** Reads a time of a file. @throws {DomainError} `IMPORT_INVALID` */
export function timeIn(path: string, line: number, text: string): EpochMs {
  const parsed = parseTimestamp(text, { zone: 'utc' });
  if (!parsed.ok) throw invalid(path, line, parsed.message);
  return parsed.at;
}

function readCutoffs(
  path: string,
  loaded: readonly Loaded[],
  longest: number,
): ReadonlyMap<string, readonly BenchmarkCutoff[]> {
  const bySeries = new Map<string, BenchmarkCutoff[]>();
  for (const { line, fields } of readCsv(path, ['series', 'k', 'cutoff', 'idx', 'slow', 'hmax'])) {
    const [name = '', , text = '', idx = '', slow = '', hmax = ''] = fields;
    const series = loaded.find((each) => each.series.id === name)?.series;
    if (!series) throw invalid(path, line, `there is no file ${name}.csv`);
    // One value at least must follow, or there is nothing to score.
    const index = integerIn(path, line, 'idx', idx, [0, series.values.length - 2]);
    const at = timeIn(path, line, text);
    if (at !== addMs(series.start, series.step, index)) {
      throw invalid(path, line, `row ${index} of ${name} is not at the cutoff ${text}`);
    }
    const own = bySeries.get(name) ?? [];
    if (own.some((each) => each.index === index)) {
      throw invalid(path, line, `${name} has the cutoff ${text} twice`);
    }
    const isSlow = integerIn(path, line, 'slow', slow, [0, 1]) === 1;
    const horizon = integerIn(path, line, 'hmax', hmax, [1, longest]);
    own.push({ text, at, index, isSlow, horizon });
    bySeries.set(name, own);
  }
  for (const own of bySeries.values()) own.sort((a, b) => a.index - b.index);
  return bySeries;
}
