import { describe, expect, it } from '@jest/globals';
import { MORA_OBSERVED, moraFeatures, moraTargets } from '#core/features/mora.ts';
import { METRIC_CATALOGUE } from '#core/series/metric-catalogue.ts';
import { columnOf, frameOf } from '#test/helpers/frame-of.ts';

const frame = frameOf({
  cpu_cores: [2, 3, NaN, 1],
  memory_bytes: [100, 200, 300, Infinity],
  network_rx_bytes: [10, 20, NaN, 40],
  network_tx_bytes: [1, 2, 3, 4],
  request_rate: [4, 0, 2, 2],
  restarts: [5, 7, 7, 1],
  replicas: [1, 2, 2, NaN],
  cpu_utilization: [0.2, 0.4, 0.6, 1],
  memory_utilization: [0.4, 0.4, NaN, 1],
});

describe("MOrA's metrics", () => {
  const column = (name: string) => columnOf(moraFeatures(frame), name);

  it('are twelve, eight of them observed and known to the catalogue', () => {
    const { names, schema } = moraFeatures(frame);
    expect(schema).toBe('mora/1');
    expect(names).toEqual([
      ...['cpu_cores', 'memory_bytes', 'network_rx_bytes', 'network_tx_bytes'],
      ...['restarts', 'replicas', 'node_cpu_utilization', 'node_memory_utilization'],
      ...[
        'network_activity_rate',
        'processing_intensity',
        'service_stability',
        'resource_pressure',
      ],
    ]);
    for (const { metric } of MORA_OBSERVED) expect(METRIC_CATALOGUE.has(metric)).toBe(true);
  });

  it('are as observed, what is infinite or was never observed is missing', () => {
    expect(column('cpu_cores')).toEqual([2, 3, NaN, 1]);
    expect(column('memory_bytes')).toEqual([100, 200, 300, NaN]);
    expect(column('node_cpu_utilization')).toEqual([NaN, NaN, NaN, NaN]);
  });

  it('derive traffic from traffic only', () => {
    expect(column('network_activity_rate')).toEqual([11, 22, NaN, 44]);
    const cpuOnly = moraFeatures(frameOf({ cpu_cores: [1, 2], memory_bytes: [3, 4] }));
    for (const name of cpuOnly.names.slice(2)) {
      expect(columnOf(cpuOnly, name)).toEqual([NaN, NaN]);
    }
  });

  it('derive the CPU that a request takes: 2 cores over 4 requests a second', () => {
    expect(column('processing_intensity')).toEqual([0.5, NaN, NaN, 0.5]);
  });

  it('derive stability from restarts: two give 1/3, a counter reset none', () => {
    expect(column('service_stability')).toEqual([NaN, 1 / 3, 1, 1]);
  });

  it('derive pressure from the shares of the limits', () => {
    expect(column('resource_pressure')).toEqual([
      expect.closeTo(0.3, 12),
      expect.closeTo(0.4, 12),
      NaN,
      1,
    ]);
  });

  it('know the row before the first that is asked for', () => {
    const { rows, values } = moraFeatures(frame, { from: 1 });
    expect(rows).toBe(3);
    expect([...values]).toEqual([...moraFeatures(frame).values.subarray(12)]);
  });
});

describe("MOrA's targets", () => {
  it('are the usage with its margin', () => {
    const targets = moraTargets(frame);
    expect(targets.schema).toBe('mora-targets/1');
    expect(targets.names).toEqual(['cpu_target', 'memory_target', 'replica_target']);
    expect(columnOf(targets, 'cpu_target')).toEqual([2.4, expect.closeTo(3.6, 12), NaN, 1.2]);
    expect(columnOf(targets, 'memory_target')[1]).toBeCloseTo(230, 10);
    expect(columnOf(targets, 'memory_target')[3]).toBeNaN();
    expect(columnOf(targets, 'replica_target')).toEqual([1, 2, 2, NaN]);
  });
});
