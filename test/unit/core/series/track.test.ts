import { describe, expect, it } from '@jest/globals';
import { METRIC_CATALOGUE, METRIC_NAME } from '#core/series/metric-catalogue.ts';
import { trackedMetric, untracked } from '#core/series/track.ts';

describe('the name of a track', () => {
  it.each(['grid', 'hourly'] as const)('leads back to its metric on the %s', (track) => {
    for (const metric of [...METRIC_CATALOGUE.keys(), 'hourly', 'a_hourly']) {
      expect(untracked(trackedMetric(metric, track))).toEqual({ metric, track });
    }
  });

  it('is no name that a metric can have', () => {
    expect(METRIC_NAME.test(trackedMetric('cpu_utilization', 'hourly'))).toBe(false);
  });
});
