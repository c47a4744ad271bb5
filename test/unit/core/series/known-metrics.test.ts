import { describe, expect, it } from '@jest/globals';
import { suggestMetrics } from '#core/series/known-metrics.ts';
import { METRIC_CATALOGUE } from '#core/series/metric-catalogue.ts';

const known = [...METRIC_CATALOGUE.keys()];

describe('suggestMetrics', () => {
  it.each([
    ['cpu_utilisation', 'cpu_utilization'],
    ['requestrate', 'request_rate'],
    ['LATENCY_P99', 'latency_p95'],
    ['memory-bytes', 'memory_bytes'],
    ['replica', 'replicas'],
  ])('takes %s for %s', (name, meant) => {
    expect(suggestMetrics(name, known)[0]).toBe(meant);
  });

  it('finds names by a common word, nearest first', () => {
    // By letters db_memory, memory_utilization and the node's are far off, but all have the word
    // `memory`. From memory_free: bytes 5 letters changed at most, then the longer names.
    expect(suggestMetrics('memory_free', known, 9)).toEqual([
      'memory_bytes',
      'db_memory',
      'memory_utilization',
      'node_memory_utilization',
    ]);
  });

  it('suggests no more than asked for', () => {
    expect(suggestMetrics('cpu', known)).toHaveLength(3);
    expect(suggestMetrics('cpu', known, 1)).toHaveLength(1);
  });

  it.each(['zzzzzz', '', '___'])('suggests nothing for %j', (name) => {
    expect(suggestMetrics(name, known)).toEqual([]);
  });
});
