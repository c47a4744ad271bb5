import { describe, expect, it } from '@jest/globals';
import { documentedFeatures, targetFeatures } from '#core/features/documented.ts';
import { HOUR, MINUTE } from '#core/time.ts';
import { codeOf } from '#test/helpers/error-code.ts';
import { columnOf, frameOf, nearly } from '#test/helpers/frame-of.ts';

const CPU = [1, 2, 4, Number.NaN, 8, 0, 5];
const MEMORY = [2, 4, 0, 1, 2, 0, 10];
const frame = frameOf({ cpu_utilization: CPU, memory_utilization: MEMORY });
const PAIR = { metrics: ['cpu_utilization', 'memory_utilization'] };

describe('the documented features', () => {
  it('are 108: 8 of time, 14 a metric, 2 across', () => {
    const { names, schema, rows, values } = documentedFeatures(frame);
    expect(schema).toBe('documented/1');
    expect({ rows, cells: values.length }).toEqual({ rows: 7, cells: 7 * 108 });
    expect(names).toEqual([
      ...['hour', 'day_of_week', 'is_weekend', 'hour_sin', 'hour_cos', 'day_sin', 'day_cos'],
      'is_business_hours',
      ...[
        'memory_bytes',
        'cpu_utilization',
        'memory_utilization',
        'request_rate',
        'db_cpu',
        'db_memory',
        'db_connections',
      ].flatMap((m) => [
        ...[`${m}_lag_1`, `${m}_lag_3`, `${m}_lag_6`, `${m}_lag_12`],
        ...[`${m}_rolling_mean_3`, `${m}_rolling_mean_6`, `${m}_rolling_mean_12`],
        ...[`${m}_rolling_std_3`, `${m}_rolling_std_6`, `${m}_rolling_std_12`],
        ...[`${m}_rolling_min_6`, `${m}_rolling_max_6`, `${m}_pct_change_1`, `${m}_pct_change_3`],
      ]),
      'cpu_memory_ratio',
      'db_cpu_per_connection',
    ]);
    expect(new Set(names).size).toBe(108);
    expect(names).toHaveLength(108);
  });

  const matrix = documentedFeatures(frame, PAIR);
  it.each<[string, readonly number[]]>([
    ['lag_1', [NaN, 1, 2, 4, NaN, 8, 0]],
    ['lag_3', [NaN, NaN, NaN, 1, 2, 4, NaN]],
    ['lag_6', [NaN, NaN, NaN, NaN, NaN, NaN, 1]],
    ['lag_12', [NaN, NaN, NaN, NaN, NaN, NaN, NaN]],
    // Two of three: {1,2}, {1,2,4}, {2,4,·}, {4,·,8}, {·,8,0}, {8,0,5}.
    ['rolling_mean_3', [NaN, 1.5, 7 / 3, 3, 6, 4, 13 / 3]],
    // Three of six: {1,2,4}, the same, {1,2,4,·,8}, {1,2,4,·,8,0}, {2,4,·,8,0,5}.
    ['rolling_mean_6', [NaN, NaN, 7 / 3, 7 / 3, 15 / 4, 3, 19 / 5]],
    // Six of twelve: at the last row only, {1,2,4,·,8,0,5}.
    ['rolling_mean_12', [NaN, NaN, NaN, NaN, NaN, NaN, 20 / 6]],
    // About 7/3: 16/9 + 1/9 + 25/9 = 14/3, over 2. About 13/3: 121/9 + 169/9 + 4/9 = 98/3, over 2.
    [
      'rolling_std_3',
      [NaN, Math.SQRT1_2, Math.sqrt(7 / 3), Math.SQRT2, 8 ** 0.5, 32 ** 0.5, (49 / 3) ** 0.5],
    ],
    ['rolling_min_6', [NaN, NaN, 1, 1, 1, 0, 0]],
    ['rolling_max_6', [NaN, NaN, 4, 4, 8, 8, 8]],
    // 5 after 0 is no percentage.
    ['pct_change_1', [NaN, 1, 1, NaN, NaN, -1, NaN]],
    ['pct_change_3', [NaN, NaN, NaN, NaN, 3, -1, NaN]],
  ])('%s', (name, expected) => {
    expect(columnOf(matrix, `cpu_utilization_${name}`)).toEqual(nearly(expected));
  });

  it('divide by nothing: a ratio over zero or of a missing value is missing', () => {
    expect(columnOf(matrix, 'cpu_memory_ratio')).toEqual([0.5, 0.5, NaN, NaN, 4, NaN, 0.5]);
  });

  it('are of the metrics asked for, with the ratios that both metrics of are among them', () => {
    const { names } = documentedFeatures(frame, {
      metrics: ['latency_p95', 'db_cpu', 'db_connections'],
    });
    expect(names).toHaveLength(8 + 3 * 14 + 1);
    expect(names[8]).toBe('latency_p95_lag_1');
    expect(names.at(-1)).toBe('db_cpu_per_connection');
    const without = documentedFeatures(frame, { exclude: ['db_connections'] }).names;
    expect(without).toHaveLength(108 - 14 - 1);
    expect(without).not.toContain('db_cpu_per_connection');
  });

  it('of a metric that the frame lacks are missing', () => {
    const column = columnOf(documentedFeatures(frame), 'db_memory_rolling_mean_3');
    expect(column.every(Number.isNaN)).toBe(true);
  });

  it('are finite or missing whatever comes', () => {
    const odd = [1e308, -1e308, 1e308, Infinity, -Infinity, 1e308, 1e-308, 0, 1e308, -0];
    const { values } = documentedFeatures(frameOf({ cpu_utilization: odd }), PAIR);
    expect(values.every((value) => Number.isFinite(value) || Number.isNaN(value))).toBe(true);
    const infinite = documentedFeatures(frameOf({ cpu_utilization: [1, Infinity, 3] }), PAIR);
    expect(columnOf(infinite, 'cpu_utilization_lag_1')).toEqual([NaN, 1, NaN]);
    expect(columnOf(infinite, 'cpu_utilization_rolling_mean_3')).toEqual([NaN, NaN, 2]);
  });

  it('of a constant have no deviation, to the last bit', () => {
    const constant = frameOf({ cpu_utilization: new Array<number>(20).fill(0.1) });
    const deviations = columnOf(
      documentedFeatures(constant, PAIR),
      'cpu_utilization_rolling_std_12',
    );
    expect(deviations.slice(5)).toEqual(new Array(15).fill(0));
  });

  it('keep the clocks of the zone on the day when they go forward', () => {
    // Sunday 2024-03-31, 01:00 UTC: clocks in Berlin go from 02:00 to 03:00.
    const rows = frameOf({ a: [1, 1, 1] }, { start: Date.UTC(2024, 2, 31), step: HOUR });
    const matrix = documentedFeatures(rows, { timeZone: 'Europe/Berlin', metrics: ['a'] });
    expect(columnOf(matrix, 'hour')).toEqual([1, 3, 4]);
    expect(columnOf(matrix, 'day_of_week')).toEqual([6, 6, 6]);
    expect(columnOf(matrix, 'is_weekend')).toEqual([1, 1, 1]);
  });

  it('open at 09:00 and close before 17:00 on working days', () => {
    const business = (start: number) =>
      columnOf(
        documentedFeatures(frameOf({ a: [1, 1] }, { start, step: MINUTE })),
        'is_business_hours',
      );
    expect(business(Date.UTC(2024, 0, 1, 8, 59))).toEqual([0, 1]);
    expect(business(Date.UTC(2024, 0, 5, 16, 59))).toEqual([1, 0]);
    expect(business(Date.UTC(2024, 0, 6, 10))).toEqual([0, 0]);
  });

  it('refuse a zone that does not exist and a row that is not there', () => {
    const timeZone = 'Mars/Olympus';
    expect(codeOf(() => documentedFeatures(frame, { timeZone }))).toBe('CONFIG_INVALID');
    for (const from of [-1, 8, 0.5]) {
      expect(() => documentedFeatures(frame, { from })).toThrow(RangeError);
    }
    expect(documentedFeatures(frame, { from: 7 }).rows).toBe(0);
  });
});

describe('the features of a target', () => {
  const of = (target: string, name: string) => columnOf(targetFeatures(frame, target, PAIR), name);

  it('have the columns of the documented ones', () => {
    const { names, schema } = targetFeatures(frame, 'db_cpu');
    expect(names).toEqual(documentedFeatures(frame).names);
    expect(schema).toBe('documented/1');
  });

  it('end a row earlier for the target, but for its lags', () => {
    expect(of('cpu_utilization', 'cpu_utilization_lag_1')).toEqual([NaN, 1, 2, 4, NaN, 8, 0]);
    expect(of('cpu_utilization', 'cpu_utilization_rolling_min_6')).toEqual([
      NaN,
      NaN,
      NaN,
      1,
      1,
      1,
      0,
    ]);
    expect(of('cpu_utilization', 'cpu_utilization_pct_change_1')).toEqual([
      NaN,
      NaN,
      1,
      1,
      NaN,
      NaN,
      -1,
    ]);
    expect(of('cpu_utilization', 'cpu_utilization_pct_change_3')).toEqual([
      NaN,
      NaN,
      NaN,
      NaN,
      NaN,
      3,
      -1,
    ]);
  });

  it('end at the row for the other metrics', () => {
    const name = 'memory_utilization_pct_change_1';
    expect(of('cpu_utilization', name)).toEqual(columnOf(documentedFeatures(frame, PAIR), name));
  });

  it('have ratios with the target in them a row earlier', () => {
    const earlier = [NaN, 0.5, 0.5, NaN, NaN, 4, NaN];
    expect(of('cpu_utilization', 'cpu_memory_ratio')).toEqual(earlier);
    expect(of('memory_utilization', 'cpu_memory_ratio')).toEqual(earlier);
    const other = targetFeatures(frame, 'db_cpu');
    expect(columnOf(other, 'cpu_memory_ratio')).toEqual([0.5, 0.5, NaN, NaN, 4, NaN, 0.5]);
  });

  it('refuse a target without its own past', () => {
    expect(() => targetFeatures(frame, 'latency_p95')).toThrow(/latency_p95 must be one of/);
    const exclude = ['db_cpu'];
    expect(() => targetFeatures(frame, 'db_cpu', { exclude })).toThrow(RangeError);
  });
});
