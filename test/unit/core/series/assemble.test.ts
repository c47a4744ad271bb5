import { describe, expect, it } from '@jest/globals';
import { assembleFrame, type SourceColumn } from '#core/series/assemble.ts';
import type { Grid } from '#core/series/grid.ts';
import { durationMs, epochMs, MINUTE } from '#core/time.ts';

const grid: Grid = { start: epochMs(0), step: MINUTE, length: 3 };

/** Slots as [start in seconds, value, asOf in seconds (the start when left out)]. */
function column(
  metric: string,
  source: string,
  stepSeconds: number,
  slots: readonly (readonly [number, number, number?])[],
): SourceColumn {
  return {
    metric,
    source,
    step: durationMs(stepSeconds * 1_000),
    slots: slots.map(([start, value, asOf = start]) => ({
      start: epochMs(start * 1_000),
      value,
      asOf: epochMs(asOf * 1_000),
    })),
  };
}

function valuesOf(metric: string, columns: readonly SourceColumn[], counters: string[] = []) {
  const frame = assembleFrame({ idPrefix: 'w', grid, columns, counters: new Set(counters) });
  return [...(frame.series.get(metric)?.values ?? [])];
}

describe('assembleFrame', () => {
  it('puts metrics of different steps on one grid, each by its own rule', () => {
    const frame = assembleFrame({
      idPrefix: 'default#default#web#*',
      grid,
      columns: [
        // latency_p95 resamples by max: 0.2 and 0.5 in the first minute.
        column('latency_p95', 'agent', 30, [
          [0, 0.5],
          [30, 0.2],
          [60, 0.1],
        ]),
        // cpu_utilization by mean: (0.2 + 0.4 + 0.6 + 0.4) / 4 = 0.4
        column('cpu_utilization', 'agent', 15, [
          [0, 0.2],
          [15, 0.4],
          [30, 0.6],
          [45, 0.4],
        ]),
      ],
    });
    expect({ ...frame, series: [...frame.series.keys()] }).toEqual({
      start: 0,
      step: 60_000,
      length: 3,
      series: ['cpu_utilization', 'latency_p95'],
    });
    const cpu = frame.series.get('cpu_utilization');
    expect(cpu).toMatchObject({ id: 'default#default#web#*/cpu_utilization', unit: 'ratio' });
    expect(cpu).toMatchObject({ start: 0, step: 60_000 });
    expect(cpu?.values[0]).toBeCloseTo(0.4, 12);
    expect([...(frame.series.get('latency_p95')?.values ?? [])]).toEqual([0.5, 0.1, NaN]);
  });

  it('adds up the instances of a metric that is an amount, over those present', () => {
    const columns = [
      column('request_rate', 'agent@a', 60, [
        [0, 10],
        [60, 12],
      ]),
      column('request_rate', 'agent@b', 60, [[0, 5]]),
    ];
    expect(valuesOf('request_rate', columns)).toEqual([15, 12, NaN]);
  });

  it('averages the instances of a ratio, and takes the largest of a delay', () => {
    // (0.25 + 0.75) / 2 = 0.5 and (0.5 + 0) / 2 = 0.25
    const instances = (metric: string) => [
      column(metric, 'agent@a', 60, [
        [0, 0.25],
        [60, 0.5],
      ]),
      column(metric, 'agent@b', 60, [
        [0, 0.75],
        [60, 0],
      ]),
    ];
    expect(valuesOf('cpu_utilization', instances('cpu_utilization'))).toEqual([0.5, 0.25, NaN]);
    expect(valuesOf('latency_p95', instances('latency_p95'))).toEqual([0.75, 0.5, NaN]);
  });

  it('never adds different sources: at each grid point the latest knowledge wins', () => {
    const columns = [
      column('request_rate', 'cloudwatch', 60, [
        [0, 100, 500],
        [60, 100, 70],
      ]),
      column('request_rate', 'agent', 60, [
        [0, 1, 10],
        [60, 2, 80],
      ]),
    ];
    expect(valuesOf('request_rate', columns)).toEqual([100, 2, NaN]);
  });

  it('prefers the greater value when both were known at the same time', () => {
    const columns = [
      column('request_rate', 'agent', 60, [
        [0, 1, 10],
        [60, 4, 70],
      ]),
      column('request_rate', 'cloudwatch', 60, [
        [0, 3, 10],
        [60, 2, 70],
      ]),
    ];
    expect(valuesOf('request_rate', columns)).toEqual([3, 4, NaN]);
  });

  it('dates the sum over instances by the newest of them', () => {
    const columns = [
      column('request_rate', 'agent@a', 60, [[0, 10, 30]]),
      column('request_rate', 'agent@b', 60, [[0, 10, 5]]),
      column('request_rate', 'cloudwatch', 60, [[0, 7, 20]]),
    ];
    expect(valuesOf('request_rate', columns)).toEqual([20, NaN, NaN]);
  });

  it('dates a grid point by the newest of the values in it', () => {
    const columns = [
      // NaN is no value, so that it was known late (99) does not count: 50 is the latest.
      column('request_rate', 'agent', 30, [
        [0, 1, 50],
        [30, 3, 10],
      ]),
      column('request_rate', 'cloudwatch', 60, [[0, 8, 40]]),
      column('request_rate', 'system', 30, [
        [0, 9, 20],
        [30, NaN, 99],
      ]),
    ];
    // (1 + 3) / 2 = 2
    expect(valuesOf('request_rate', columns)).toEqual([2, NaN, NaN]);
  });

  it('adds instances up in one order, whatever the order of their columns', () => {
    // In doubles 0.1 + 0.2 + 0.3 is 0.6000000000000001, and 0.3 + 0.2 + 0.1 is 0.6.
    const columns = [
      column('request_rate', 'agent@a', 60, [[0, 0.1]]),
      column('request_rate', 'agent@b', 60, [[0, 0.2]]),
      column('request_rate', 'agent@c', 60, [[0, 0.3]]),
    ];
    expect(valuesOf('request_rate', columns)[0]).toBe(0.1 + 0.2 + 0.3);
    expect(valuesOf('request_rate', columns.toReversed())[0]).toBe(0.1 + 0.2 + 0.3);
  });

  it('does not count an instance twice that changed its step', () => {
    const columns = [
      column('request_rate', 'agent@a', 60, [[0, 10, 10]]),
      column('request_rate', 'agent@a', 30, [
        [0, 11, 20],
        [30, 13, 40],
      ]),
    ];
    // The 30 s column was known later: (11 + 13) / 2 = 12, not 12 + 10.
    expect(valuesOf('request_rate', columns)).toEqual([12, NaN, NaN]);
  });

  it('fills only one grid point from a slot coarser than the grid', () => {
    expect(valuesOf('request_rate', [column('request_rate', 'cw', 300, [[0, 6]])])).toEqual([
      6,
      NaN,
      NaN,
    ]);
  });

  it('turns counters into rates per column before anything is added up', () => {
    const columns = [
      // a: 60 / 60 s = 1 at 0 s, 120 / 60 s = 2 at 60 s.
      column('network_rx_bytes', 'agent@a', 60, [
        [-60, 0],
        [0, 60],
        [60, 180],
      ]),
      // b restarts: 30 / 60 s = 0.5 at 60 s; at 0 s it is read for the first time.
      column('network_rx_bytes', 'agent@b', 60, [
        [0, 900],
        [60, 30],
      ]),
    ];
    expect(valuesOf('network_rx_bytes', columns, ['network_rx_bytes'])).toEqual([1, 2.5, NaN]);
  });

  it('measures the tolerance of a counter in steps of its own column', () => {
    const counter = (missed: number) =>
      // 10 s steps; the second reading comes after `missed` lost ones: 10 / s throughout.
      [
        column('x_total', 'agent', 10, [
          [0, 0],
          [10 * (missed + 1), 100 * (missed + 1)],
        ]),
      ];
    expect(valuesOf('x_total', counter(2), ['x_total'])).toEqual([10, NaN, NaN]);
    expect(valuesOf('x_total', counter(3), ['x_total'])).toEqual([]);
  });

  it('leaves metrics without a value out, and may leave none', () => {
    const columns = [
      column('cpu_utilization', 'agent', 60, [[-60, 0.5]]),
      column('request_rate', 'agent', 60, [[0, NaN]]),
    ];
    const frame = assembleFrame({ idPrefix: 'w', grid, columns });
    expect({ length: frame.length, metrics: frame.series.size }).toEqual({ length: 3, metrics: 0 });
  });

  it('does not judge values: bounds are for the quality check', () => {
    expect(
      valuesOf('cpu_utilization', [
        column('cpu_utilization', 'agent', 60, [
          [0, 7],
          [60, -1],
        ]),
      ]),
    ).toEqual([7, -1, NaN]);
  });
});
