import { DomainError } from '#core/errors.ts';
import { METRIC_NAME } from '#core/series/metric-catalogue.ts';
import { parseTimestamp } from '#core/series/timestamp.ts';

/** A column of values and the metric they are of. */
export interface ValueColumn {
  readonly index: number;
  readonly metric: string;
}

/** How the rows of a CSV file are read, as its header tells. */
export type Layout =
  | {
      readonly kind: 'wide';
      readonly timestamp: number;
      readonly values: readonly ValueColumn[];
      /** Rows that the exporter interpolated have a 1 here. */
      readonly filled: number | undefined;
    }
  | {
      readonly kind: 'long';
      readonly timestamp: number;
      readonly metric: number;
      readonly value: number;
      readonly filled: number | undefined;
    };

const UNDERSTOOD =
  'timestamp,value[,filled] or timestamp,<metric>,<metric>... or timestamp,metric,value';

/**
 * The layout a header stands for. A lone `value` column is of the metric `loneMetric`.
 *
 * @throws {DomainError} `IMPORT_INVALID` naming what is wrong with the header
 */
export function layoutOf(header: readonly string[], loneMetric: string): Layout {
  const names = header.map((name) => name.trim().toLowerCase());
  const find = (name: string) => {
    const index = names.indexOf(name);
    return index < 0 ? undefined : index;
  };
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw invalid(`the column ${twice} is there twice`, header);
  refuseOtherExports(names, header);
  const timestamp = find('timestamp');
  if (timestamp === undefined) {
    const isData = parseTimestamp(header[0] ?? '', { zone: 'utc' }).ok;
    throw invalid(
      isData ? 'the first line is data: a header is required' : 'there is no column timestamp',
      header,
    );
  }
  const filled = find('filled');
  const metric = find('metric');
  const value = find('value');
  const others = names.flatMap((name, index) =>
    index === timestamp || index === filled ? [] : [{ index, name }],
  );
  if (metric !== undefined && value !== undefined && others.length === 2) {
    return { kind: 'long', timestamp, metric, value, filled };
  }
  if (others.length === 0) throw invalid('there is no column of values', header);
  if (value !== undefined && others.length === 1) {
    return { kind: 'wide', timestamp, values: [{ index: value, metric: loneMetric }], filled };
  }
  const unusable = others.filter(({ name }) => !METRIC_NAME.test(name)).map(({ name }) => name);
  if (unusable.length > 0) {
    throw invalid(`columns that are no metric names: ${unusable.slice(0, 10).join(', ')}`, header);
  }
  const values = others.map(({ index, name }) => ({ index, metric: name }));
  return { kind: 'wide', timestamp, values, filled };
}

/** Exports that other tools write in forms of their own, told from their columns. */
function refuseOtherExports(names: readonly string[], header: readonly string[]): void {
  const has = (...columns: readonly string[]) => columns.every((column) => names.includes(column));
  if (has('container_labels', 'value')) {
    throw invalid(
      'one file a metric with container_labels is not read yet: make it timestamp,metric,value',
      header,
    );
  }
  if (has('experiment_id')) {
    throw invalid(
      'rows of experiments have no clock time (t_0, t_1, ...) and cannot become a series',
      header,
    );
  }
}

function invalid(problem: string, header: readonly string[]): DomainError {
  return new DomainError('IMPORT_INVALID', problem, {
    line: 1,
    columns: header.slice(0, 30).map((name) => name.slice(0, 64)),
    allowed: UNDERSTOOD,
  });
}
