import {
  carryForward,
  type Feature,
  type FeatureSource,
  featureAt,
  lookback,
} from '../forecast/lstm-features.ts';
import { localSlots } from '../series/calendar.ts';
import type { Frame } from '../series/frame.ts';
import type { Grid } from '../series/grid.ts';
import { MINUTE } from '../time.ts';
import {
  assembleMatrix,
  type ColumnBlock,
  type FeatureMatrix,
  type FeatureOptions,
  pastValues,
  rowsFrom,
  zoneOf,
} from './feature-matrix.ts';

/** Goes up when a column changes its meaning. */
export const MULTI_HORIZON_SCHEMA = 'multi-horizon/1';

const LAGS = [1, 4, 12, 24] as const;
const WINDOWS = [4, 12, 24, 60] as const;
const STATISTICS = [
  { name: 'mean', of: 'mean' },
  { name: 'std', of: 'deviation' },
  { name: 'min', of: 'minimum' },
  { name: 'max', of: 'maximum' },
] as const;
const MINUTES_A_DAY = 1_440;

/** The columns of the value, each with what the recurrent network calls it. */
const OF_VALUE: readonly { readonly name: string; readonly feature: Feature }[] = [
  ...LAGS.map((steps) => ({ name: `value_lag_${steps}`, feature: { of: 'lag', steps } as const })),
  ...WINDOWS.flatMap((steps) =>
    STATISTICS.map(({ name, of }) => ({
      name: `rolling_${name}_${steps}`,
      feature: { of, steps },
    })),
  ),
];
/** A hole of so many steps is bridged. */
const CARRIED_STEPS = 3;
const REACH = lookback(OF_VALUE.map(({ feature }) => feature));

/**
 * The 27 features of the multi-horizon predictor for one metric, at row t from t and what lies before
 * it. x is the value, steps are those of the grid (15 s there).
 *
 * | Columns | Number | Unit | Formula |
 * |---|---|---|---|
 * | `hour`, `day_of_week`, `minute` | 3 | h, Monday = 0, min | whole hour 0–23, day, minute 0–59 in `timeZone` |
 * | `hour_sin`, `hour_cos`, `dow_sin`, `dow_cos` | 4 | circle | of 2π·hour/24 and 2π·day/7 |
 * | `value_lag_k`, k = 1, 4, 12, 24 | 4 | the metric's | x[t − k] |
 * | `rolling_mean_w`, `_std_`, `_min_`, `_max_`, w = 4, 12, 24, 60 | 16 | the metric's | of x[t − w + 1 … t]; std with n |
 *
 * Lags and windows are those of `featureAt`, which the recurrent network reads its inputs by: near the
 * beginning of the frame a window is what there is of it, and a lag that reaches further is the first
 * value. A missing value is the last before it for up to 3 steps. In a longer hole, and before the first
 * value, every column that reaches into it is NaN; infinite values are missing.
 *
 * @throws {DomainError} `CONFIG_INVALID` for a time zone that does not exist
 * @throws {RangeError} when `from` is not a row of the frame
 */
export function multiHorizonFeatures(
  frame: Frame,
  metric: string,
  { timeZone, from = 0 }: Pick<FeatureOptions, 'timeZone' | 'from'> = {},
): FeatureMatrix {
  const rows = rowsFrom(frame, from);
  // Not further back than the frame: its beginning is what a lag stops at.
  const reach = Math.min(from, REACH + CARRIED_STEPS);
  const past = pastValues(frame, metric, { from, reach });
  const source: FeatureSource = {
    values: carryForward(past, Number.NaN, CARRIED_STEPS),
    covariates: new Map(),
    start: rows.start,
    step: rows.step,
  };
  const ofValue: ColumnBlock = {
    names: OF_VALUE.map(({ name }) => name),
    write(row, out, at) {
      OF_VALUE.forEach(({ feature }, column) => {
        out[at + column] = featureAt(feature, source, reach + row);
      });
    },
  };
  return assembleMatrix(MULTI_HORIZON_SCHEMA, rows.length, [timeBlock(rows, timeZone), ofValue]);
}

function timeBlock(rows: Grid, timeZone?: string): ColumnBlock {
  const minutes = localSlots(rows, zoneOf(timeZone), { slot: MINUTE, cycle: 'week' });
  return {
    names: ['hour', 'day_of_week', 'minute', 'hour_sin', 'hour_cos', 'dow_sin', 'dow_cos'],
    write(row, out, at) {
      const ofDay = minutes[row]! % MINUTES_A_DAY;
      const day = Math.floor(minutes[row]! / MINUTES_A_DAY);
      const hour = Math.floor(ofDay / 60);
      out[at] = hour;
      out[at + 1] = day;
      out[at + 2] = ofDay % 60;
      out[at + 3] = Math.sin((2 * Math.PI * hour) / 24);
      out[at + 4] = Math.cos((2 * Math.PI * hour) / 24);
      out[at + 5] = Math.sin((2 * Math.PI * day) / 7);
      out[at + 6] = Math.cos((2 * Math.PI * day) / 7);
    },
  };
}
