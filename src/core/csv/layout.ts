import { DomainError } from '../errors.ts';
import { canonicalMetric, METRIC_NAME } from '../series/metric-catalogue.ts';
import { parseTimestamp } from '../series/timestamp.ts';
import type { ColumnMapping } from './column-mapping.ts';
import { EXPERIMENT_COLUMNS, isExperiment } from './experiment.ts';
import { IDENTITY_COLUMNS, type Identity } from './identity.ts';
import type { Conversion } from './units.ts';

/** A column of values and the metric they are of. */
export interface ValueColumn {
  readonly index: number;
  readonly metric: string;
  readonly conversion?: Conversion | undefined;
}

/** Columns that say which workload a row is of. */
export type IdentityColumns =
  | { readonly kind: 'parts'; readonly parts: readonly (readonly [number, keyof Identity])[] }
  | { readonly kind: 'labels'; readonly labels: number; readonly id: number | undefined };

interface Common {
  readonly timestamp: number;
  /** Rows that the exporter interpolated have a 1 here. */
  readonly filled: number | undefined;
  /** Undefined: all rows are of one workload. */
  readonly identity?: IdentityColumns | undefined;
  /** Columns that are not read, with the reason. */
  readonly leftOut: readonly LeftOut[];
}

/** A column that is not read, and why. */
export interface LeftOut {
  readonly column: string;
  readonly reason: string;
}

/** How the rows of a CSV file are read, as its header tells. */
export type Layout =
  | (Common & { readonly kind: 'wide'; readonly values: readonly ValueColumn[] })
  | (Common & { readonly kind: 'experiment'; readonly values: readonly ValueColumn[] })
  | (Common & { readonly kind: 'long'; readonly metric: number; readonly value: number });

/** What a person said about the columns. */
export interface LayoutOptions {
  /** Metric of a lone `value` column; undefined where none was named. */
  readonly metric?: string | undefined;
  /** Column of times; unless given the one that is called so. */
  readonly timeColumn?: string | undefined;
  readonly map?: readonly ColumnMapping[] | undefined;
  /** Columns that are not to be read. */
  readonly skip?: readonly string[] | undefined;
}

/** What a column of times is called. */
const TIME_NAMES = ['timestamp', 'time', 'datetime', 'date_time', 'date', 'ts', 'ds', '@timestamp'];
const UNDERSTOOD =
  'timestamp,value[,filled] or timestamp,<metric>,<metric>... or timestamp,metric,value, with columns cluster, namespace, deployment, container and pod where rows are of several workloads';
/** Metric of a lone `value` column that nobody named. */
export const LONE_METRIC = 'value';

/**
 * The layout a header stands for.
 *
 * @throws {DomainError} `IMPORT_INVALID` naming what is wrong with the header; `CONFIG_INVALID` for an
 *   option about a column that is not there
 */
export function layoutOf(header: readonly string[], options: LayoutOptions = {}): Layout {
  const names = header.map((name) => name.trim().toLowerCase());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw invalid(`the column ${twice} is there twice`, header);
  const columns = new Columns(header, names, options);
  const timestamp = columns.time();
  const skipped = columns.skipped();
  const filled = columns.find('filled');
  const base = { timestamp, filled, leftOut: skipped.map(({ column }) => because(column)) };
  const taken = new Set([timestamp, filled, ...skipped.map(({ index }) => index)]);
  if (isExperiment(names)) return experimentLayout(columns, base, taken);
  const identity = columns.identity();
  for (const index of indicesOf(identity)) taken.add(index);
  const others = names.flatMap((name, index) => (taken.has(index) ? [] : [{ index, name }]));
  const common = { ...base, identity };
  const metric = columns.find('metric');
  const value = columns.find('value');
  if (metric !== undefined && value !== undefined && others.length === 2) {
    return { kind: 'long', ...common, metric, value };
  }
  if (others.length === 0) throw invalid('there is no column of values', header);
  return { kind: 'wide', ...common, values: columns.values(others) };
}

const because = (column: string): LeftOut => ({ column, reason: 'as --skip says' });

interface Named {
  readonly index: number;
  readonly name: string;
}

/** The columns of a header, by name. */
class Columns {
  readonly #header: readonly string[];
  readonly #names: readonly string[];
  readonly #options: LayoutOptions;

  constructor(header: readonly string[], names: readonly string[], options: LayoutOptions) {
    this.#header = header;
    this.#names = names;
    this.#options = options;
  }

  find(name: string): number | undefined {
    const index = this.#names.indexOf(name.trim().toLowerCase());
    return index < 0 ? undefined : index;
  }

  time(): number {
    const { timeColumn } = this.#options;
    if (timeColumn !== undefined) return this.#named(timeColumn, '--time-column');
    const found = TIME_NAMES.flatMap((name) => this.find(name) ?? []);
    const [index, second] = this.#names[found[0] ?? -1] === 'timestamp' ? [found[0]] : found;
    if (index !== undefined && second === undefined) return index;
    if (second !== undefined) {
      throw invalid('several columns could be the time: name one with --time-column', this.#header);
    }
    const isData = parseTimestamp(this.#header[0] ?? '', { zone: 'utc' }).ok;
    throw invalid(
      isData ? 'the first line is data: a header is required' : 'there is no column timestamp',
      this.#header,
    );
  }

  skipped(): readonly { readonly index: number; readonly column: string }[] {
    const { skip = [] } = this.#options;
    return skip.map((column) => ({ index: this.#named(column, '--skip'), column }));
  }

  identity(): IdentityColumns | undefined {
    const labels = this.find('container_labels');
    if (labels !== undefined) {
      return { kind: 'labels', labels, id: this.find('container_id') };
    }
    // A column that is mapped to a metric is one, whatever it is called.
    const parts = this.#names.flatMap((name, index) => {
      const part = IDENTITY_COLUMNS.get(name);
      return part === undefined || this.mappingOf(name) ? [] : [[index, part] as const];
    });
    return parts.length === 0 ? undefined : { kind: 'parts', parts };
  }

  mappingOf(name: string): ColumnMapping | undefined {
    return this.#options.map?.find(({ column }) => column.toLowerCase() === name);
  }

  /** @throws {DomainError} for a column that nothing is known of */
  values(others: readonly Named[]): readonly ValueColumn[] {
    for (const { column } of this.#options.map ?? []) this.#named(column, '--map');
    const [lone] = others;
    const columns = others.map(({ index, name }) => {
      const mapping = this.mappingOf(name);
      if (mapping) return { index, metric: mapping.metric, conversion: mapping.conversion };
      const isLone = others.length === 1 && lone?.name === 'value';
      return { index, metric: isLone ? (this.#options.metric ?? LONE_METRIC) : name };
    });
    const unusable = columns.filter(({ metric }) => !METRIC_NAME.test(metric));
    if (unusable.length > 0) throw this.#unusable(unusable.map(({ index }) => index));
    const twice = columns.find(
      ({ metric }, i) => columns.findIndex((other) => sameMetric(other.metric, metric)) !== i,
    );
    if (twice) throw invalid(`two columns are of the metric ${twice.metric}`, this.#header);
    return columns;
  }

  #unusable(indices: readonly number[]): DomainError {
    const names = indices.map((index) => (this.#header[index] ?? '').trim().toLowerCase());
    const [first = ''] = indices.map((index) => (this.#header[index] ?? '').slice(0, 64));
    return new DomainError(
      'IMPORT_INVALID',
      `columns that are no metric names: ${names.slice(0, 10).join(', ')}`,
      { line: 1, try: `--map '${first}=cpu_utilization:percent', or --skip '${first}'` },
    );
  }

  #named(column: string, option: string): number {
    const index = this.find(column);
    if (index !== undefined) return index;
    throw new DomainError('CONFIG_INVALID', `${option}: the file has no column ${column}`, {
      columns: shown(this.#header),
    });
  }
}

const sameMetric = (one: string, other: string) => canonicalMetric(one) === canonicalMetric(other);

function indicesOf(identity: IdentityColumns | undefined): readonly number[] {
  if (identity === undefined) return [];
  if (identity.kind === 'parts') return identity.parts.map(([index]) => index);
  return [identity.labels, ...(identity.id === undefined ? [] : [identity.id])];
}

function experimentLayout(
  columns: Columns,
  base: Omit<Common, 'identity'>,
  taken: ReadonlySet<number | undefined>,
): Layout {
  const values: ValueColumn[] = [];
  const leftOut = [...base.leftOut];
  for (const [name, use] of EXPERIMENT_COLUMNS) {
    const index = columns.find(name);
    if (index === undefined || taken.has(index)) continue;
    if ('reason' in use) leftOut.push({ column: name, reason: use.reason });
    else {
      const mapping = columns.mappingOf(name);
      values.push({
        index,
        metric: mapping?.metric ?? use.metric,
        conversion: mapping ? mapping.conversion : use.conversion,
      });
    }
  }
  const service = columns.find('service');
  const identity: IdentityColumns | undefined =
    service === undefined ? undefined : { kind: 'parts', parts: [[service, 'deployment']] };
  return { kind: 'experiment', ...base, identity, values, leftOut };
}

function shown(header: readonly string[]): readonly string[] {
  return header.slice(0, 30).map((name) => name.slice(0, 64));
}

function invalid(problem: string, header: readonly string[]): DomainError {
  const details = { line: 1, columns: shown(header), allowed: UNDERSTOOD };
  return new DomainError('IMPORT_INVALID', problem, details);
}
