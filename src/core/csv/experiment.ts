import { DomainError } from '../errors.ts';
import { type Conversion, conversionTo } from './units.ts';

type Use =
  | { readonly metric: string; readonly conversion: Conversion | undefined }
  | { readonly reason: string };

const DERIVED = 'computed by the exporter from other columns: no measurement';
const SETTING = 'a setting of the experiment, not a measurement';
const as = (metric: string, unit?: string): Use => ({
  metric,
  conversion: unit === undefined ? undefined : conversionTo(metric, unit),
});

/** The columns of a load-test experiment as MOrA exports them, and what is made of them. */
export const EXPERIMENT_COLUMNS: ReadonlyMap<string, Use> = new Map([
  ['experiment_id', { reason: SETTING }],
  ['scenario', { reason: SETTING }],
  ['replica_count', { reason: SETTING }],
  ['load_users', { reason: SETTING }],
  ['cpu_cores_value', as('cpu_cores')],
  ['mem_bytes_value', as('memory_bytes')],
  ['net_rx_bytes_value', as('network_rx_bytes')],
  ['net_tx_bytes_value', as('network_tx_bytes')],
  ['pod_restarts_value', as('restarts')],
  ['replica_count_value', as('replicas')],
  ['node_cpu_util_value', as('node_cpu_utilization', 'percent')],
  ['node_mem_util_value', as('node_memory_utilization', 'percent')],
  ['network_activity_rate_value', { reason: DERIVED }],
  ['processing_intensity_value', { reason: DERIVED }],
  ['service_stability_value', { reason: DERIVED }],
  ['resource_pressure_value', { reason: DERIVED }],
]);

/** Whether a header is of such an experiment. */
export function isExperiment(names: readonly string[]): boolean {
  return names.includes('experiment_id') && names.includes('cpu_cores_value');
}

/** One row of a file whose times are row numbers. */
export interface NumberedRow {
  readonly line: number;
  /** `3` of `t_3`. */
  readonly number: number;
  /** By column; NaN where the cell is empty. */
  readonly values: readonly number[];
}

/**
 * Refuses rows that are no single series one after the other. Such files often hold the series of
 * several pods stacked end to end, joined by row number with shorter ones: then no row has a time, and
 * the cells of one row are of different pods and moments. It shows in three ways: the numbers begin
 * again, or skip; or a column ends long before the others do.
 *
 * @param names - of the columns of `values`
 * @throws {DomainError} `IMPORT_INVALID` with what shows it
 */
export function refuseStacked(rows: readonly NumberedRow[], names: readonly string[]): void {
  rows.forEach(({ number, line }, i) => {
    const before = rows[i - 1];
    if (!before || number === before.number + 1) return;
    throw stacked(`row number ${number} in line ${line} follows ${before.number}`, { line });
  });
  const lengths = names
    .map((name, column) => ({
      name,
      rows: 1 + rows.findLastIndex(({ values }) => !Number.isNaN(values[column])),
    }))
    .filter((column) => column.rows > 0)
    .sort((left, right) => left.rows - right.rows);
  const [shortest] = lengths;
  const longest = lengths.at(-1);
  if (!shortest || !longest || longest.rows - shortest.rows <= RAGGED_ROWS) return;
  throw stacked(
    `${shortest.name} ends after ${shortest.rows} rows, ${longest.name} after ${longest.rows}`,
    { rows: Object.fromEntries(lengths.map(({ name, rows: count }) => [name, count])) },
  );
}

/** Queries of one window may differ by a point or two at its end. */
const RAGGED_ROWS = 2;

function stacked(evidence: string, details: Record<string, unknown>): DomainError {
  const message = `${evidence}: several series are stacked end to end, so the row numbers are no times and the cells of a row belong to different pods`;
  return new DomainError('IMPORT_INVALID', message, {
    ...details,
    try: 'one file a pod, or an export with real timestamps and a column pod',
  });
}

/** What the exporter writes where nothing was measured. */
const STAND_INS = [
  { column: 'network_rx_bytes', of: 'cpu_cores', factor: 1_000 },
  { column: 'network_tx_bytes', of: 'memory_bytes', factor: 0.1 },
] as const;

/**
 * The metrics whose every value is another column's times a constant, as the exporter writes where it
 * has no measurement: received bytes as a thousand times the CPU, sent ones as a tenth of the memory.
 *
 * @param metrics - of the columns of `values`
 */
export function standIns(
  rows: readonly NumberedRow[],
  metrics: readonly string[],
): readonly string[] {
  return STAND_INS.filter(({ column, of, factor }) => {
    const own = metrics.indexOf(column);
    const other = metrics.indexOf(of);
    const present = rows.flatMap(({ values }) => {
      const [value = Number.NaN, base = Number.NaN] = [values[own], values[other]];
      return Number.isNaN(value) ? [] : [{ value, expected: base * factor }];
    });
    const isSame = ({ value, expected }: { value: number; expected: number }) =>
      Math.abs(value - expected) <= 1e-9 * Math.abs(value);
    return present.some(({ value }) => value !== 0) && present.every(isSame);
  }).map(({ column }) => column);
}
