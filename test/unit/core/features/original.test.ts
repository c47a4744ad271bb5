import { describe, expect, it } from '@jest/globals';
import { documentedFeatures, targetFeatures } from '#core/features/documented.ts';
import { featuresOf } from '#core/features/feature-set.ts';
import { originalFeatures, originalTargetFeatures } from '#core/features/original.ts';
import { MINUTE } from '#core/time.ts';
import { columnOf, frameOf, nearly } from '#test/helpers/frame-of.ts';

/** The columns of the original's training data, in its order. */
const NAMES = `
  timestamp memory_bytes cpu_utilization memory_utilization db_cpu db_memory db_connections
  hour hour_sin hour_cos day_of_week dow_sin dow_cos is_weekend is_business_hours
  minute_of_day memory_bytes_lag_1 memory_bytes_lag_2 memory_bytes_lag_3 memory_bytes_lag_6
  memory_bytes_lag_12 cpu_utilization_lag_1 cpu_utilization_lag_2 cpu_utilization_lag_3
  cpu_utilization_lag_6 cpu_utilization_lag_12 memory_utilization_lag_1
  memory_utilization_lag_2 memory_utilization_lag_3 memory_utilization_lag_6
  memory_utilization_lag_12 db_cpu_lag_1 db_cpu_lag_2 db_cpu_lag_3 db_cpu_lag_6
  db_cpu_lag_12 memory_bytes_roll_mean_3 memory_bytes_roll_std_3 memory_bytes_roll_min_3
  memory_bytes_roll_max_3 memory_bytes_roll_mean_6 memory_bytes_roll_std_6
  memory_bytes_roll_min_6 memory_bytes_roll_max_6 memory_bytes_roll_mean_12
  memory_bytes_roll_std_12 memory_bytes_roll_min_12 memory_bytes_roll_max_12
  cpu_utilization_roll_mean_3 cpu_utilization_roll_std_3 cpu_utilization_roll_min_3
  cpu_utilization_roll_max_3 cpu_utilization_roll_mean_6 cpu_utilization_roll_std_6
  cpu_utilization_roll_min_6 cpu_utilization_roll_max_6 cpu_utilization_roll_mean_12
  cpu_utilization_roll_std_12 cpu_utilization_roll_min_12 cpu_utilization_roll_max_12
  memory_utilization_roll_mean_3 memory_utilization_roll_std_3 memory_utilization_roll_min_3
  memory_utilization_roll_max_3 memory_utilization_roll_mean_6 memory_utilization_roll_std_6
  memory_utilization_roll_min_6 memory_utilization_roll_max_6
  memory_utilization_roll_mean_12 memory_utilization_roll_std_12
  memory_utilization_roll_min_12 memory_utilization_roll_max_12 db_cpu_roll_mean_3
  db_cpu_roll_std_3 db_cpu_roll_min_3 db_cpu_roll_max_3 db_cpu_roll_mean_6 db_cpu_roll_std_6
  db_cpu_roll_min_6 db_cpu_roll_max_6 db_cpu_roll_mean_12 db_cpu_roll_std_12
  db_cpu_roll_min_12 db_cpu_roll_max_12 memory_bytes_pct_change_1 memory_bytes_diff_1
  memory_bytes_pct_change_3 memory_bytes_diff_3 memory_bytes_pct_change_6
  memory_bytes_diff_6 cpu_utilization_pct_change_1 cpu_utilization_diff_1
  cpu_utilization_pct_change_3 cpu_utilization_diff_3 cpu_utilization_pct_change_6
  cpu_utilization_diff_6 memory_utilization_pct_change_1 memory_utilization_diff_1
  memory_utilization_pct_change_3 memory_utilization_diff_3 memory_utilization_pct_change_6
  memory_utilization_diff_6 db_cpu_pct_change_1 db_cpu_diff_1 db_cpu_pct_change_3
  db_cpu_diff_3 db_cpu_pct_change_6 db_cpu_diff_6
`;

const CPU = [1, 2, 4, Number.NaN, 8, 0, 5, 3, 1];
const frame = frameOf({ cpu_utilization: CPU, db_memory: [3, 1, 4, 1, 5, 9, 2, 6, 5] });

describe('the original features', () => {
  const matrix = originalFeatures(frame);

  it('are the 108 of the code, by name and in order', () => {
    const names = NAMES.trim().split(/\s+/);
    expect(names).toHaveLength(108);
    expect(matrix.names).toEqual(names);
    expect(matrix.schema).toBe('original/1');
  });

  it.each<[string, readonly number[]]>([
    ['cpu_utilization', CPU],
    ['db_memory', [3, 1, 4, 1, 5, 9, 2, 6, 5]],
    ['cpu_utilization_lag_2', [NaN, NaN, 1, 2, 4, NaN, 8, 0, 5]],
    // A window with a hole is missing: rows 3 to 5.
    ['cpu_utilization_roll_mean_3', [NaN, NaN, 7 / 3, NaN, NaN, NaN, 13 / 3, 8 / 3, 3]],
    ['cpu_utilization_roll_min_3', [NaN, NaN, 1, NaN, NaN, NaN, 0, 0, 1]],
    ['cpu_utilization_roll_max_3', [NaN, NaN, 4, NaN, NaN, NaN, 8, 5, 5]],
    // The last: {5, 3, 1} about 3, 4 + 0 + 4 over 2.
    [
      'cpu_utilization_roll_std_3',
      [NaN, NaN, Math.sqrt(7 / 3), NaN, NaN, NaN, (49 / 3) ** 0.5, (19 / 3) ** 0.5, 2],
    ],
    ['cpu_utilization_pct_change_1', [NaN, 1, 1, NaN, NaN, -1, NaN, -0.4, -2 / 3]],
    ['cpu_utilization_diff_3', [NaN, NaN, NaN, NaN, 6, -4, NaN, -5, 1]],
    ['cpu_utilization_roll_mean_12', new Array<number>(9).fill(NaN)],
    ['db_cpu', new Array<number>(9).fill(NaN)],
  ])('%s', (name, expected) => {
    expect(columnOf(matrix, name)).toEqual(nearly(expected));
  });

  it('have whole hours, a time in seconds and business until 17:59 on every day', () => {
    // Saturday 2024-01-06, 17:59 and 18:00 UTC.
    const start = Date.UTC(2024, 0, 6, 17, 59);
    const saturday = originalFeatures(frameOf({ a: [1, 1] }, { start, step: MINUTE }));
    const row = (i: number) =>
      ['timestamp', 'hour', 'day_of_week', 'is_weekend', 'is_business_hours', 'minute_of_day'].map(
        (name) => columnOf(saturday, name)[i],
      );
    expect(row(0)).toEqual([start / 1_000, 17, 5, 1, 1, 1_079]);
    expect(row(1)).toEqual([start / 1_000 + 60, 18, 5, 1, 0, 1_080]);
    expect(columnOf(saturday, 'hour_sin')[1]).toBeCloseTo(-1, 12);
    expect(columnOf(saturday, 'dow_cos')[1]).toBeCloseTo(Math.cos((2 * Math.PI * 5) / 7), 12);
  });

  it('are of the first four of other metrics', () => {
    const metrics = ['a', 'b', 'c', 'd', 'e'];
    const { names } = originalFeatures(frame, { metrics, exclude: ['b'] });
    expect(names).toHaveLength(1 + 4 + 9 + 3 * (5 + 12 + 6));
    expect(names.filter((name) => name.startsWith('e'))).toEqual(['e']);
  });
});

describe('the original features of a target', () => {
  it('end a row earlier, but for its lags', () => {
    const matrix = originalTargetFeatures(frame, 'cpu_utilization');
    expect(matrix.names).toEqual(originalFeatures(frame).names);
    expect(columnOf(matrix, 'cpu_utilization')).toEqual([NaN, ...CPU.slice(0, -1)]);
    expect(columnOf(matrix, 'cpu_utilization_lag_1')).toEqual([NaN, ...CPU.slice(0, -1)]);
    expect(columnOf(matrix, 'cpu_utilization_diff_1')).toEqual([
      NaN,
      NaN,
      1,
      2,
      NaN,
      NaN,
      -8,
      5,
      -2,
    ]);
    expect(columnOf(matrix, 'cpu_utilization_roll_max_3')).toEqual([
      NaN,
      NaN,
      NaN,
      4,
      NaN,
      NaN,
      NaN,
      8,
      5,
    ]);
    expect(columnOf(matrix, 'db_memory')[8]).toBe(5);
  });

  it('that is there by its value alone is a row earlier too', () => {
    const matrix = originalTargetFeatures(frame, 'db_memory');
    expect(columnOf(matrix, 'db_memory')).toEqual([NaN, 3, 1, 4, 1, 5, 9, 2, 6]);
  });

  it('refuse a target without its own past', () => {
    expect(() => originalTargetFeatures(frame, 'request_rate')).toThrow(RangeError);
  });
});

describe('a set by its name', () => {
  it('is the documented or the original one, for a target or for none', () => {
    const target = 'cpu_utilization';
    expect(featuresOf('documented', frame)).toEqual(documentedFeatures(frame));
    expect(featuresOf('original', frame, { from: 3 })).toEqual(
      originalFeatures(frame, { from: 3 }),
    );
    expect(featuresOf('documented', frame, { target })).toEqual(targetFeatures(frame, target));
    expect(featuresOf('original', frame, { target })).toEqual(
      originalTargetFeatures(frame, target),
    );
  });
});
