import { describe, expect, it } from '@jest/globals';
import { CloudWatchMappingSchema, CloudWatchMetricSchema } from '#contracts/config/cloudwatch.ts';

const METRIC = { namespace: 'AWS/ECS', metric_name: 'CPUUtilization' };

describe('a metric of CloudWatch in the configuration', () => {
  it('needs its namespace and name, the rest has defaults', () => {
    expect(CloudWatchMetricSchema.parse(METRIC)).toEqual({
      ...METRIC,
      dimensions: {},
      stat: 'Average',
      scale: 1,
      per_second: false,
      period_seconds: 300,
    });
    expect(CloudWatchMetricSchema.safeParse({ namespace: 'AWS/ECS' }).success).toBe(false);
  });

  it.each(['Sum', 'p95', 'p99.9', 'p100', 'tm90', 'IQM'])('knows the statistic %s', (stat) => {
    expect(CloudWatchMetricSchema.parse({ ...METRIC, stat })).toMatchObject({ stat });
  });

  it.each([
    { stat: 'average' },
    { stat: 'p101' },
    { scale: 0 },
    { scale: -1 },
    { scale: Infinity },
    { period_seconds: 30 },
    { period_seconds: 90 },
    { period_seconds: 420 },
    { period_seconds: 7_200 },
    { metricName: 'typo' },
    { dimensions: { Name: '' } },
    { dimensions: Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`d${i}`, 'x'])) },
  ])('refuses %j', (wrong) => {
    expect(CloudWatchMetricSchema.safeParse({ ...METRIC, ...wrong }).success).toBe(false);
  });
});

describe('the mapping of a workload', () => {
  it('has one period, and names of metrics as keys', () => {
    const minute = { ...METRIC, period_seconds: 60 };
    const isGood = (mapping: unknown) => CloudWatchMappingSchema.safeParse(mapping).success;
    expect(isGood({ cpu_utilization: minute, db_cpu: minute })).toBe(true);
    expect(isGood({ cpu_utilization: minute, db_cpu: METRIC })).toBe(false);
    expect(isGood({ 'CPU %': METRIC })).toBe(false);
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, METRIC]));
    expect([isGood(many(22)), isGood(many(23))]).toEqual([true, false]);
  });
});
