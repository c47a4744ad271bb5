import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { DEPLOYED, FUNCTION_MEBIBYTES } from '#app/cost/cost-plan-of.ts';
import { synthesise } from './synthesise.ts';

const app = synthesise({
  schedules: { collect_every_minutes: 15, train_at: '03:30', time_zone: 'Europe/Berlin' },
});
const all = (type: string) => app.stackNames.flatMap((stack) => app.ofType(stack, type));

const AlarmSchema = z.object({
  Metrics: z
    .array(z.object({ Expression: z.string().optional(), MetricStat: z.unknown().optional() }))
    .optional(),
});

describe('what helios plan-cost takes for granted', () => {
  it('is the memory that functions are deployed with', () => {
    const deployed = Object.keys(FUNCTION_MEBIBYTES).map((name) => [
      name,
      app.functions.get(name)?.resource.Properties.MemorySize,
    ]);
    expect(Object.fromEntries(deployed)).toEqual(FUNCTION_MEBIBYTES);
  });

  // An alarm is billed by the metrics it looks at; those of a query grow with the workloads, and are planned so.
  it('is the number of metrics that alarms look at, and of dashboards', () => {
    const metrics = all('AWS::CloudWatch::Alarm').map(([, { Properties }]) => {
      const { Metrics } = AlarmSchema.parse(Properties);
      if (!Metrics) return 1;
      if (Metrics.some(({ Expression = '' }) => Expression.startsWith('SELECT'))) return 0;
      return Metrics.filter(({ MetricStat }) => MetricStat !== undefined).length;
    });
    expect({
      alarmMetrics: metrics.reduce((sum, count) => sum + count, 0),
      dashboards: all('AWS::CloudWatch::Dashboard').length,
    }).toEqual(DEPLOYED);
  });
});

describe('the schedules', () => {
  it('are those configured, in the zone configured', () => {
    const schedules = all('AWS::Scheduler::Schedule').map(
      ([, { Properties }]) =>
        `${Properties.ScheduleExpression} ${Properties.ScheduleExpressionTimezone}`,
    );
    expect(schedules).toContain('rate(15 minutes) Etc/UTC');
    expect(schedules).toContain('cron(30 3 * * ? *) Europe/Berlin');
    expect(schedules).toContain('cron(30 1 * * ? *) Etc/UTC');
  });
});
