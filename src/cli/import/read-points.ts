import { type CsvOptions, readCsv } from '#core/csv/read-csv.ts';
import type { CsvSeries } from '#core/csv/series-index.ts';
import { DomainError } from '#core/errors.ts';
import { type EpochMs, epochMs } from '#core/time.ts';
import { formatCount } from '#core/units.ts';
import { createProblemList, type RowProblem } from './problem-list.ts';

/** What a small file holds, a list of points a metric. */
export interface FilePoints {
  /** Ascending in time; one value a moment. */
  readonly metrics: ReadonlyMap<string, readonly FilePoint[]>;
  /** Metrics of the file that were not wanted. */
  readonly others: readonly string[];
  /** Rows that the exporter had interpolated: they are no measurements. */
  readonly filled: number;
  /** Rows and cells that could not be read, and the first 20 of them. */
  readonly rejected: number;
  readonly problems: readonly RowProblem[];
}

export interface FilePoint {
  readonly at: EpochMs;
  readonly value: number;
}

export interface ReadPointsOptions extends CsvOptions {
  /** Values that one request may carry. */
  readonly most: number;
  /** Whether a metric is wanted; all of them unless given. */
  readonly wants?: (metric: string) => boolean;
}

/**
 * Reads all of a CSV stream for one request. Of two values that claim the same moment the greater one
 * is kept, as the store does.
 *
 * @throws {DomainError} `IMPORT_INVALID` when the file cannot be understood or holds several
 *   workloads, `PAYLOAD_TOO_LARGE` when there are more values than `most`
 */
export async function readPoints(
  input: AsyncIterable<Uint8Array | string>,
  options: ReadPointsOptions,
): Promise<FilePoints> {
  const { most, wants = () => true } = options;
  const values = new Map<string, Map<number, number>>();
  const others = new Set<string>();
  const problems = createProblemList();
  let count = 0;
  let only: CsvSeries | undefined;
  const { filled } = await readCsv(input, options, {
    value(series, at, value) {
      const { metric } = series;
      if (!wants(metric)) {
        others.add(metric);
        return;
      }
      only ??= series;
      if (series.workload !== only.workload) throw several(only, series);
      const own = values.get(metric) ?? new Map<number, number>();
      values.set(metric, own);
      const before = own.get(at);
      own.set(at, before === undefined ? value : Math.max(before, value));
      if (before === undefined && ++count > most) throw tooMany(most);
    },
    problem: (line, reason) => problems.add({ line, reason }),
  });
  const metrics = new Map([...values].map(([metric, own]) => [metric, ascending(own)]));
  const { count: rejected, first } = problems;
  return { metrics, others: [...others], filled, rejected, problems: first };
}

function ascending(values: ReadonlyMap<number, number>): readonly FilePoint[] {
  return [...values]
    .map(([at, value]) => ({ at: epochMs(at), value }))
    .sort((left, right) => left.at - right.at);
}

function tooMany(most: number): DomainError {
  const message = `the file has more than ${formatCount(most)} values, and one request carries no more`;
  return new DomainError('PAYLOAD_TOO_LARGE', message, {
    limit: most,
    try: 'fewer --metric, a shorter file, or helios import and helios detect without --file',
  });
}

function several(first: CsvSeries, other: CsvSeries): DomainError {
  const named = [first, other].map(({ workload, instance }) => ({ ...workload, instance }));
  const message = 'the file holds several workloads or instances, and one is wanted';
  return new DomainError('IMPORT_INVALID', message, { found: named, try: 'helios import' });
}
