import { localSlots } from '../series/calendar.ts';
import type { Frame } from '../series/frame.ts';
import type { Grid } from '../series/grid.ts';
import { MINUTE, SECOND } from '../time.ts';
import {
  assembleMatrix,
  type ColumnBlock,
  type FeatureMatrix,
  type FeatureOptions,
  pastValues,
  requireTarget,
  rowsFrom,
  zoneOf,
} from './feature-matrix.ts';
import { windowStatistics } from './window-statistics.ts';

/** The metrics whose values are columns; the first four are described by features as well. */
export const ORIGINAL_METRICS = [
  'memory_bytes',
  'cpu_utilization',
  'memory_utilization',
  'db_cpu',
  'db_memory',
  'db_connections',
] as const;

/** Goes up when a column changes its meaning. */
export const ORIGINAL_SCHEMA = 'original/1';

/** How many of the metrics, from the first on, have features. */
const DESCRIBED = 4;
const LAGS = [1, 2, 3, 6, 12] as const;
const WINDOWS = [3, 6, 12] as const;
const CHANGES = [1, 3, 6] as const;
/** Rows before its own that a row reads: the longest lag. */
const REACH = 12;
const MINUTES_A_DAY = 1_440;

/**
 * The 108 features that the code of Helios made, where the documents promised others: kept so that
 * what was built on them can be rebuilt. All read t and what lies before it. x is a metric's value.
 *
 * | Columns | Number | Unit | Formula |
 * |---|---|---|---|
 * | `timestamp` | 1 | s since 1970 in UTC | time of the row |
 * | the six metrics by name | 6 | the metric's | x[t] |
 * | `hour`, `hour_sin`, `hour_cos` | 3 | h, circle | whole hour 0–23, sine and cosine of 2π·hour/24 |
 * | `day_of_week`, `dow_sin`, `dow_cos` | 3 | Monday = 0, circle | sine and cosine of 2π·day/7 |
 * | `is_weekend` | 1 | 0 or 1 | day ≥ 5 |
 * | `is_business_hours` | 1 | 0 or 1 | 9 ≤ hour ≤ 17, so until 17:59, on every day |
 * | `minute_of_day` | 1 | min | 60·hour + minute |
 * | `m_lag_k`, k = 1, 2, 3, 6, 12 | 5 × 4 | the metric's | x[t − k] |
 * | `m_roll_mean_w`, `_std_`, `_min_`, `_max_`, w = 3, 6, 12 | 12 × 4 | the metric's | of x[t − w + 1 … t], so t included; std with n − 1 |
 * | `m_pct_change_k`, `m_diff_k`, k = 1, 3, 6 | 6 × 4 | share; the metric's | x[t] / x[t − k] − 1; x[t] − x[t − k], so t included |
 *
 * Only memory_bytes, cpu_utilization, memory_utilization and db_cpu have features (of other `metrics`
 * the first four); db_memory and db_connections are there by their values alone. The calendar is that
 * of UTC unless `timeZone` says otherwise.
 *
 * NaN as there: a rolling column needs all values of its window, everything else all of its inputs.
 * Unlike there, a division by zero and an overflow are NaN too, not infinite.
 *
 * A value is its lag plus its difference, so a model that predicts one of these metrics needs
 * `originalTargetFeatures`.
 *
 * @throws {DomainError} `CONFIG_INVALID` for a time zone that does not exist
 * @throws {RangeError} when `from` is not a row of the frame
 */
export function originalFeatures(frame: Frame, options: FeatureOptions = {}): FeatureMatrix {
  return build(frame, undefined, options);
}

/**
 * The same columns as a model may see them that predicts `target` at row t: the target's own value,
 * rolling columns, changes and differences are those of t − 1, its lags stay as they are. The other
 * metrics' columns are those of t.
 *
 * @throws {DomainError} `CONFIG_INVALID` for a time zone that does not exist
 * @throws {RangeError} when `target` is not one of the metrics, or `from` not a row of the frame
 */
export function originalTargetFeatures(
  frame: Frame,
  target: string,
  options: FeatureOptions = {},
): FeatureMatrix {
  requireTarget(target, options.metrics ?? ORIGINAL_METRICS, options.exclude);
  return build(frame, target, options);
}

/** A metric with its values from `REACH` rows before the first on. */
interface Past {
  readonly metric: string;
  readonly values: Float64Array;
  /** Rows by which everything but the lags ends before its row. */
  readonly shift: number;
}

function build(
  frame: Frame,
  target: string | undefined,
  { metrics = ORIGINAL_METRICS, exclude = [], timeZone, from = 0 }: FeatureOptions,
): FeatureMatrix {
  const rows = rowsFrom(frame, from);
  const kept = (names: readonly string[]): readonly Past[] =>
    names
      .filter((metric) => !exclude.includes(metric))
      .map((metric) => ({
        metric,
        values: pastValues(frame, metric, { from, reach: REACH }),
        shift: metric === target ? 1 : 0,
      }));
  const distinct = [...new Set(metrics)];
  const described = kept(distinct.slice(0, DESCRIBED));
  const values = [...described, ...kept(distinct.slice(DESCRIBED))];
  return assembleMatrix(ORIGINAL_SCHEMA, rows.length, [
    timestampBlock(rows),
    ...values.map(valueBlock),
    timeBlock(rows, timeZone),
    ...described.map(lagBlock),
    ...described.map(rollingBlock),
    ...described.map(changeBlock),
  ]);
}

function timestampBlock({ start, step }: Grid): ColumnBlock {
  return {
    names: ['timestamp'],
    write(row, out, at) {
      out[at] = (start + row * step) / SECOND;
    },
  };
}

function valueBlock({ metric, values, shift }: Past): ColumnBlock {
  return {
    names: [metric],
    write(row, out, at) {
      out[at] = values[REACH + row - shift]!;
    },
  };
}

function timeBlock(rows: Grid, timeZone?: string): ColumnBlock {
  const minutes = localSlots(rows, zoneOf(timeZone), { slot: MINUTE, cycle: 'week' });
  return {
    names: [
      'hour',
      'hour_sin',
      'hour_cos',
      'day_of_week',
      'dow_sin',
      'dow_cos',
      'is_weekend',
      'is_business_hours',
      'minute_of_day',
    ],
    write(row, out, at) {
      const ofDay = minutes[row]! % MINUTES_A_DAY;
      const day = Math.floor(minutes[row]! / MINUTES_A_DAY);
      const hour = Math.floor(ofDay / 60);
      out[at] = hour;
      out[at + 1] = Math.sin((2 * Math.PI * hour) / 24);
      out[at + 2] = Math.cos((2 * Math.PI * hour) / 24);
      out[at + 3] = day;
      out[at + 4] = Math.sin((2 * Math.PI * day) / 7);
      out[at + 5] = Math.cos((2 * Math.PI * day) / 7);
      out[at + 6] = day >= 5 ? 1 : 0;
      out[at + 7] = hour >= 9 && hour <= 17 ? 1 : 0;
      out[at + 8] = ofDay;
    },
  };
}

function lagBlock({ metric, values }: Past): ColumnBlock {
  return {
    names: LAGS.map((lag) => `${metric}_lag_${lag}`),
    write(row, out, at) {
      for (let k = 0; k < LAGS.length; k++) out[at + k] = values[REACH + row - LAGS[k]!]!;
    },
  };
}

function rollingBlock({ metric, values, shift }: Past): ColumnBlock {
  const statisticsAt = windowStatistics(WINDOWS, (size) => size);
  return {
    names: WINDOWS.flatMap((size) =>
      ['mean', 'std', 'min', 'max'].map((of) => `${metric}_roll_${of}_${size}`),
    ),
    write(row, out, at) {
      const { means, deviations, minima, maxima } = statisticsAt(values, REACH + row - shift);
      for (let w = 0; w < WINDOWS.length; w++) {
        out[at + 4 * w] = means[w]!;
        out[at + 4 * w + 1] = deviations[w]!;
        out[at + 4 * w + 2] = minima[w]!;
        out[at + 4 * w + 3] = maxima[w]!;
      }
    },
  };
}

function changeBlock({ metric, values, shift }: Past): ColumnBlock {
  return {
    names: CHANGES.flatMap((lag) => [`${metric}_pct_change_${lag}`, `${metric}_diff_${lag}`]),
    write(row, out, at) {
      const end = REACH + row - shift;
      for (let k = 0; k < CHANGES.length; k++) {
        const before = values[end - CHANGES[k]!]!;
        out[at + 2 * k] = values[end]! / before - 1;
        out[at + 2 * k + 1] = values[end]! - before;
      }
    },
  };
}
