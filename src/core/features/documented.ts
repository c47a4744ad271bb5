import type { Frame } from '../series/frame.ts';
import {
  assembleMatrix,
  type ColumnBlock,
  calendarBlock,
  type FeatureMatrix,
  type FeatureOptions,
  pastValues,
  requireTarget,
  rowsFrom,
} from './feature-matrix.ts';
import { windowStatistics } from './window-statistics.ts';

/** The metrics that the documented features describe unless told otherwise, in the order of columns. */
export const DOCUMENTED_METRICS = [
  'memory_bytes',
  'cpu_utilization',
  'memory_utilization',
  'request_rate',
  'db_cpu',
  'db_memory',
  'db_connections',
] as const;

/** Goes up when a column changes its meaning. */
export const DOCUMENTED_SCHEMA = 'documented/1';

const LAGS = [1, 3, 6, 12] as const;
const WINDOWS = [3, 6, 12] as const;
/** Where the window that minimum and maximum are given of stands among the windows. */
const MIDDLE = WINDOWS.indexOf(6);
const CHANGES = [1, 3] as const;
/** Rows before its own that a row reads: the longest lag. */
const REACH = 12;
const RATIOS = [
  { name: 'cpu_memory_ratio', over: 'cpu_utilization', under: 'memory_utilization' },
  { name: 'db_cpu_per_connection', over: 'db_cpu', under: 'db_connections' },
] as const;

/**
 * The features of the Helios documents, 108 of them for the seven metrics: what an anomaly at row t
 * is looked for in. All read t and what lies before it. x is a metric's value, rows are grid steps.
 *
 * | Columns | Number | Unit | Formula |
 * |---|---|---|---|
 * | `hour`, `day_of_week`, `is_weekend`, `hour_sin`, `hour_cos`, `day_sin`, `day_cos`, `is_business_hours` | 8 | h, Monday = 0, 0 or 1, circle | as `calendarFeatures` defines them, in `timeZone` |
 * | `m_lag_k`, k = 1, 3, 6, 12 | 4 a metric | the metric's | x[t − k] |
 * | `m_rolling_mean_w`, w = 3, 6, 12 | 3 a metric | the metric's | mean of x[t − w + 1 … t] |
 * | `m_rolling_std_w` | 3 a metric | the metric's | sample standard deviation (n − 1) of the same |
 * | `m_rolling_min_6`, `m_rolling_max_6` | 2 a metric | the metric's | extremes of x[t − 5 … t] |
 * | `m_pct_change_k`, k = 1, 3 | 2 a metric | share, 0.1 = 10 % | x[t] / x[t − k] − 1 |
 * | `cpu_memory_ratio` | 1 | none | cpu_utilization / memory_utilization |
 * | `db_cpu_per_connection` | 1 | share of the database's CPU per connection | db_cpu / db_connections |
 *
 * NaN is written for
 * - a lag, a change or a ratio with a missing value in it, or a division by zero (0 / 0 too);
 * - a rolling column whose window holds fewer than half of its values (two of three, three of six, six
 *   of twelve); otherwise it is that of the values there are;
 * - what overflows.
 *
 * What lies before the frame, is infinite, or belongs to a metric that the frame lacks is missing.
 * Nothing is filled in. The columns of `metrics` come in that order; a ratio is there when both its
 * metrics are.
 *
 * @throws {DomainError} `CONFIG_INVALID` for a time zone that does not exist
 * @throws {RangeError} when `from` is not a row of the frame
 */
export function documentedFeatures(frame: Frame, options: FeatureOptions = {}): FeatureMatrix {
  return build(frame, undefined, options);
}

/**
 * The same columns as a model may see them that predicts `target` at row t: of the target itself only
 * what ends at t − 1, so that its value at t cannot be read off its neighbours.
 *
 * - The target's lags are as they are; its rolling columns and changes are those of t − 1.
 * - A ratio that the target is part of is that of t − 1, its other metric's value too.
 * - The other metrics' columns are those of t.
 *
 * A metric that is nearly a copy of the target (bytes beside the utilisation of the same memory) gives
 * it away all the same: leave it out by `exclude`.
 *
 * @throws {DomainError} `CONFIG_INVALID` for a time zone that does not exist
 * @throws {RangeError} when `target` is not one of the metrics, or `from` not a row of the frame
 */
export function targetFeatures(
  frame: Frame,
  target: string,
  options: FeatureOptions = {},
): FeatureMatrix {
  requireTarget(target, options.metrics ?? DOCUMENTED_METRICS, options.exclude);
  return build(frame, target, options);
}

function build(
  frame: Frame,
  target: string | undefined,
  { metrics = DOCUMENTED_METRICS, exclude = [], timeZone, from = 0 }: FeatureOptions,
): FeatureMatrix {
  const rows = rowsFrom(frame, from);
  const kept = [...new Set(metrics)].filter((metric) => !exclude.includes(metric));
  const past = new Map(
    kept.map((metric) => [metric, pastValues(frame, metric, { from, reach: REACH })]),
  );
  const ratios = RATIOS.flatMap(({ name, over, under }) => {
    const dividend = past.get(over);
    const divisor = past.get(under);
    const shift = over === target || under === target ? 1 : 0;
    return dividend && divisor ? [ratioBlock(name, dividend, divisor, shift)] : [];
  });
  const described = [...past].map(([metric, values]) =>
    metricBlock(metric, values, metric === target ? 1 : 0),
  );
  const blocks = [calendarBlock(rows, timeZone), ...described, ...ratios];
  return assembleMatrix(DOCUMENTED_SCHEMA, rows.length, blocks);
}

/** @param shift - rows by which rolling columns and changes end before their row */
function metricBlock(metric: string, past: Float64Array, shift: number): ColumnBlock {
  const statisticsAt = windowStatistics(WINDOWS, (size) => Math.ceil(size / 2));
  return {
    names: [
      ...LAGS.map((lag) => `${metric}_lag_${lag}`),
      ...WINDOWS.map((size) => `${metric}_rolling_mean_${size}`),
      ...WINDOWS.map((size) => `${metric}_rolling_std_${size}`),
      `${metric}_rolling_min_${WINDOWS[MIDDLE]}`,
      `${metric}_rolling_max_${WINDOWS[MIDDLE]}`,
      ...CHANGES.map((lag) => `${metric}_pct_change_${lag}`),
    ],
    write(row, out, at) {
      const now = REACH + row;
      const end = now - shift;
      const { means, deviations, minima, maxima } = statisticsAt(past, end);
      let column = at;
      for (const lag of LAGS) out[column++] = past[now - lag]!;
      for (let w = 0; w < WINDOWS.length; w++) out[column++] = means[w]!;
      for (let w = 0; w < WINDOWS.length; w++) out[column++] = deviations[w]!;
      out[column++] = minima[MIDDLE]!;
      out[column++] = maxima[MIDDLE]!;
      for (const lag of CHANGES) out[column++] = past[end]! / past[end - lag]! - 1;
    },
  };
}

function ratioBlock(
  name: string,
  over: Float64Array,
  under: Float64Array,
  shift: number,
): ColumnBlock {
  return {
    names: [name],
    write(row, out, at) {
      out[at] = over[REACH + row - shift]! / under[REACH + row - shift]!;
    },
  };
}
