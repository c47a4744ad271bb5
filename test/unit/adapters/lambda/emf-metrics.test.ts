import { describe, expect, it } from '@jest/globals';
import { emfMetrics } from '#adapters/lambda/emf-metrics.ts';
import type { Measures } from '#app/ports/metrics-sink.ts';
import { epochMs } from '#core/time.ts';

const DIMENSIONS = { cluster: 'default', namespace: 'shop', deployment: 'web' };

function linesOf(
  values: Measures['values'],
  options: Parameters<typeof emfMetrics>[1] = {},
): unknown[] {
  const lines: string[] = [];
  emfMetrics((line) => lines.push(line), options).emit({
    at: epochMs(1_767_225_600_000),
    dimensions: DIMENSIONS,
    values,
  });
  return lines.map((line) => JSON.parse(line));
}

describe('metrics in the log', () => {
  it('are one line of the embedded metric format', () => {
    expect(linesOf({ ForecastSkill: [0.25, -0.5], OpenIncidents: [1] })).toEqual([
      {
        _aws: {
          Timestamp: 1_767_225_600_000,
          CloudWatchMetrics: [
            {
              Namespace: 'Helios',
              Dimensions: [['cluster', 'namespace', 'deployment']],
              Metrics: [
                { Name: 'OpenIncidents', Unit: 'Count' },
                { Name: 'ForecastSkill', Unit: 'None' },
              ],
            },
          ],
        },
        ...DIMENSIONS,
        OpenIncidents: [1],
        ForecastSkill: [0.25, -0.5],
      },
    ]);
  });

  it('leave out what has no value, and say nothing when nothing has', () => {
    const [line] = linesOf({
      AnomalyScore: [Number.NaN],
      ForecastSkill: [],
      DataAgeSeconds: [Infinity, 12],
    });
    const Metrics = [{ Name: 'DataAgeSeconds', Unit: 'Seconds' }];
    expect(line).toMatchObject({
      // Once of this workload, and once more of all of them.
      _aws: {
        CloudWatchMetrics: [
          { Dimensions: [['cluster', 'namespace', 'deployment']], Metrics },
          { Dimensions: [['fleet']], Metrics },
        ],
      },
      fleet: 'helios',
      DataAgeSeconds: [12],
    });
    expect(line).not.toHaveProperty('AnomalyScore');
    expect(linesOf({ ForecastSkill: [] })).toEqual([]);
  });

  it('are told of each workload as far as they are chosen, and of all together in any case', () => {
    const values = { OpenIncidents: [1], ForecastSkill: [0.5], ForecastCoverage: [0.7] };
    const [line] = linesOf(values, { measures: ['OpenIncidents'] });
    expect(line).toMatchObject({
      _aws: {
        CloudWatchMetrics: [
          {
            Dimensions: [['cluster', 'namespace', 'deployment']],
            Metrics: [{ Name: 'OpenIncidents', Unit: 'Count' }],
          },
          { Dimensions: [['fleet']], Metrics: [{ Name: 'ForecastCoverage', Unit: 'None' }] },
        ],
      },
      deployment: 'web',
      ForecastCoverage: [0.7],
    });
    expect(linesOf({ ForecastSkill: [0.5] }, { measures: [] })).toEqual([]);
  });

  it('hold a hundred values at most, as CloudWatch does', () => {
    const value = Array.from({ length: 101 }, (_, i) => i);
    const [line] = linesOf({ ForecastSkill: value });
    expect(line).toMatchObject({ ForecastSkill: value.slice(0, 100) });
  });
});
