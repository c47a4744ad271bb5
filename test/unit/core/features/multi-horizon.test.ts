import { describe, expect, it } from '@jest/globals';
import { multiHorizonFeatures } from '#core/features/multi-horizon.ts';
import { MINUTE } from '#core/time.ts';
import { columnOf, frameOf } from '#test/helpers/frame-of.ts';

const of = (values: readonly number[]) => multiHorizonFeatures(frameOf({ cpu: values }), 'cpu');

describe('the multi-horizon features', () => {
  it('are 27: 7 of time, 4 lags, 16 of windows', () => {
    const { names, schema } = of([1]);
    expect(schema).toBe('multi-horizon/1');
    expect(names).toEqual([
      ...['hour', 'day_of_week', 'minute', 'hour_sin', 'hour_cos', 'dow_sin', 'dow_cos'],
      ...['value_lag_1', 'value_lag_4', 'value_lag_12', 'value_lag_24'],
      ...[4, 12, 24, 60].flatMap((w) =>
        ['mean', 'std', 'min', 'max'].map((of) => `rolling_${of}_${w}`),
      ),
    ]);
    expect(names).toHaveLength(27);
  });

  it('look back from the row, and at the beginning at what there is', () => {
    const matrix = of([2, 4, 6, 8, 10]);
    expect(columnOf(matrix, 'value_lag_1')).toEqual([2, 2, 4, 6, 8]);
    expect(columnOf(matrix, 'value_lag_4')).toEqual([2, 2, 2, 2, 2]);
    expect(columnOf(matrix, 'rolling_mean_4')).toEqual([2, 3, 4, 5, 7]);
    expect(columnOf(matrix, 'rolling_min_4')).toEqual([2, 2, 2, 2, 4]);
    expect(columnOf(matrix, 'rolling_max_60')).toEqual([2, 4, 6, 8, 10]);
    // 4, 6, 8 and 10 about 7: 9 + 1 + 1 + 9 over 4.
    expect(columnOf(matrix, 'rolling_std_4')[4]).toBeCloseTo(Math.sqrt(5), 12);
  });

  it('bridge three missing values, not a fourth, and nothing before the first', () => {
    const matrix = of([NaN, 5, NaN, NaN, Infinity, NaN, 7, 7]);
    expect(columnOf(matrix, 'value_lag_1')).toEqual([NaN, NaN, 5, 5, 5, 5, NaN, 7]);
    expect(columnOf(matrix, 'rolling_max_4')).toEqual([NaN, NaN, NaN, NaN, 5, NaN, NaN, NaN]);
  });

  it('know a value carried into the longest window wherever the computation begins', () => {
    // The 60 values up to row 70 begin at row 11, which has the value of row 8: 192.
    const falling = Array.from({ length: 72 }, (_, i) => (i >= 9 && i <= 11 ? NaN : 200 - i));
    const frame = frameOf({ cpu: falling });
    expect(columnOf(multiHorizonFeatures(frame, 'cpu'), 'rolling_max_60')[70]).toBe(192);
    const tail = multiHorizonFeatures(frame, 'cpu', { from: 70 });
    expect(columnOf(tail, 'rolling_max_60')[0]).toBe(192);
  });

  it('are missing for a metric that is', () => {
    const matrix = multiHorizonFeatures(frameOf({ cpu: [1, 2] }), 'memory');
    expect(columnOf(matrix, 'rolling_mean_60')).toEqual([NaN, NaN]);
  });

  it('read whole hours and minutes off the clocks of the zone', () => {
    // Sunday 2024-10-27: clocks in Berlin show 02:30 at 00:30 UTC and again at 01:30 UTC.
    const start = Date.UTC(2024, 9, 27, 0, 30);
    const hourly = frameOf({ cpu: [1, 1, 1] }, { start });
    const matrix = multiHorizonFeatures(hourly, 'cpu', { timeZone: 'Europe/Berlin' });
    expect(columnOf(matrix, 'hour')).toEqual([2, 2, 3]);
    expect(columnOf(matrix, 'minute')).toEqual([30, 30, 30]);
    expect(columnOf(matrix, 'day_of_week')).toEqual([6, 6, 6]);
    expect(columnOf(matrix, 'hour_sin')[2]).toBeCloseTo(Math.SQRT1_2, 12);
    const minutes = multiHorizonFeatures(
      frameOf({ cpu: [1, 1] }, { start: start + 59 * MINUTE, step: MINUTE }),
      'cpu',
    );
    expect(columnOf(minutes, 'minute')).toEqual([29, 30]);
  });
});
