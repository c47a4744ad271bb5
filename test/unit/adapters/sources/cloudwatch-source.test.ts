import {
  CloudWatchClient,
  CloudWatchServiceException,
  GetMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { cloudWatchSource } from '#adapters/sources/cloudwatch-source.ts';
import {
  type CloudWatchMapping,
  CloudWatchMappingSchema,
  CloudWatchMetricSchema,
} from '#contracts/config/cloudwatch.ts';
import { epochMs, MINUTE } from '#core/time.ts';
import { workloadId, workloadKey } from '#core/workload.ts';

const WORKLOAD = workloadId({ deployment: 'shop' });
const NOON = Date.parse('2026-01-05T12:00:00Z');
const client = new CloudWatchClient({ region: 'eu-central-1' });
const cloudWatch = mockClient(client);

const MAPPING = CloudWatchMappingSchema.parse({
  cpu_utilization: {
    namespace: 'AWS/ECS',
    metric_name: 'CPUUtilization',
    dimensions: { ClusterName: 'prod', ServiceName: 'shop' },
    scale: 0.01,
  },
  request_rate: {
    namespace: 'AWS/ApplicationELB',
    metric_name: 'RequestCount',
    stat: 'Sum',
    scale: 1 / 300,
  },
});

const at = (minutes: number) => new Date(NOON + minutes * MINUTE);

function collect(options: {
  from: number;
  to: number;
  now?: number;
  metrics?: readonly string[];
  mapping?: CloudWatchMapping;
}) {
  const { from, to, now = 0, metrics = [], mapping = MAPPING } = options;
  const source = cloudWatchSource({
    clientOf: () => client,
    clock: { now: () => epochMs(NOON + now * MINUTE) },
    workloadOf: async (key) => (key === workloadKey(WORKLOAD) ? { metrics: mapping } : undefined),
    allowance: { take: async () => true, giveBack: async () => {} },
    backoff: { sleep: async () => {}, random: () => 0.5 },
  });
  const range = { from: epochMs(NOON + from * MINUTE), to: epochMs(NOON + to * MINUTE) };
  return source.collect({ workload: WORKLOAD, metrics, range });
}

const calls = () => cloudWatch.commandCalls(GetMetricDataCommand).map((call) => call.args[0].input);

beforeEach(() => {
  cloudWatch.reset();
});

describe('the CloudWatch source', () => {
  it('asks for exactly the configured metrics over the whole periods of the range', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [] });
    await collect({ from: -32, to: 8 });
    expect(calls()).toEqual([
      {
        MetricDataQueries: [
          {
            Id: 'm0',
            MetricStat: {
              Metric: {
                Namespace: 'AWS/ECS',
                MetricName: 'CPUUtilization',
                Dimensions: [
                  { Name: 'ClusterName', Value: 'prod' },
                  { Name: 'ServiceName', Value: 'shop' },
                ],
              },
              Period: 300,
              Stat: 'Average',
            },
            ReturnData: true,
          },
          {
            Id: 'm1',
            MetricStat: {
              Metric: {
                Namespace: 'AWS/ApplicationELB',
                MetricName: 'RequestCount',
                Dimensions: [],
              },
              Period: 300,
              Stat: 'Sum',
            },
            ReturnData: true,
          },
        ],
        // From the first period that begins inside, to the last that is over by the clock.
        StartTime: at(-30),
        EndTime: at(0),
        ScanBy: 'TimestampAscending',
      },
    ]);
  });

  it('scales values, and lets only the young ones be superseded', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves({
      MetricDataResults: [
        {
          Id: 'm0',
          StatusCode: 'Complete',
          Timestamps: [at(-20), at(-15), at(-5)],
          Values: [50, 25, 75],
        },
        { Id: 'm1', StatusCode: 'Complete', Timestamps: [at(-5)], Values: [600] },
      ],
    });
    const { step, observations, counters, problems } = await collect({ from: -30, to: 0 });
    expect({ step, counters, problems }).toEqual({ step: 300_000, counters: [], problems: [] });
    const seen = observations.map((o) => [
      o.metric,
      (o.at - NOON) / MINUTE,
      Number(o.value.toPrecision(12)),
      (o.asOf - NOON) / MINUTE,
    ]);
    // A period that began at -20 ended at -15 and settled at -5; that of -15 settles right now.
    expect(seen).toEqual([
      ['cpu_utilization', -20, 0.5, -5],
      ['cpu_utilization', -15, 0.25, 0],
      ['cpu_utilization', -5, 0.75, 0],
      ['request_rate', -5, 2, 0],
    ]);
    expect(new Set(observations.map(({ source }) => source))).toEqual(new Set(['cloudwatch']));
  });

  it('gives a settled value the same as-of time whenever it is read, and never an earlier one', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves({
      MetricDataResults: [{ Id: 'm0', StatusCode: 'Complete', Timestamps: [at(-5)], Values: [50] }],
    });
    const asOf = async (now: number) => {
      const { observations } = await collect({ from: -30, to: now, now });
      return ((observations[0]?.asOf ?? Number.NaN) - NOON) / MINUTE;
    };
    expect([await asOf(0), await asOf(5), await asOf(10), await asOf(500)]).toEqual([0, 5, 10, 10]);
  });

  it('follows pages, and takes the later word on a time that comes twice', async () => {
    cloudWatch
      .on(GetMetricDataCommand)
      .resolvesOnce({
        NextToken: 'next',
        MetricDataResults: [
          {
            Id: 'm0',
            StatusCode: 'PartialData',
            Timestamps: [at(-15), at(-10)],
            Values: [10, 20],
          },
        ],
      })
      .resolvesOnce({
        MetricDataResults: [
          { Id: 'm0', StatusCode: 'Complete', Timestamps: [at(-5), at(-10)], Values: [30, 22] },
        ],
      });
    const { observations, problems } = await collect({
      from: -30,
      to: 0,
      metrics: ['cpu_utilization'],
    });
    expect(calls().map(({ NextToken }) => NextToken)).toEqual([undefined, 'next']);
    expect(calls()[1]?.MetricDataQueries).toEqual(calls()[0]?.MetricDataQueries);
    expect(observations.map((o) => [(o.at - NOON) / MINUTE, o.value])).toEqual([
      [-15, 0.1],
      [-10, 0.22],
      [-5, 0.3],
    ]);
    expect(problems).toEqual([]);
  });

  it('reports what stays partial or failed, and keeps what there is', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves({
      MetricDataResults: [
        { Id: 'm0', StatusCode: 'PartialData', Timestamps: [at(-10)], Values: [20] },
        {
          Id: 'm1',
          StatusCode: 'InternalError',
          Messages: [{ Code: 'ServiceError', Value: 'try again' }],
        },
      ],
    });
    const { observations, problems } = await collect({ from: -30, to: 0 });
    expect(observations).toHaveLength(1);
    expect(problems).toEqual([
      { metric: 'cpu_utilization', reason: 'cloudwatch answered PartialData' },
      {
        metric: 'request_rate',
        reason: 'cloudwatch answered InternalError; ServiceError: try again',
      },
    ]);
  });

  it('mentions a metric without values, since a wrong name looks the same', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves({
      MetricDataResults: [{ Id: 'm0', StatusCode: 'Complete', Timestamps: [], Values: [] }],
    });
    const { observations, problems } = await collect({ from: -30, to: 0 });
    expect(observations).toEqual([]);
    const reason = 'cloudwatch has no values of it in this range';
    expect(problems).toEqual([
      { metric: 'cpu_utilization', reason },
      { metric: 'request_rate', reason: 'cloudwatch did not mention it' },
    ]);
  });

  it('does not call at all when no period is over, or nothing is configured', async () => {
    expect(await collect({ from: -4, to: 0.5 })).toMatchObject({ observations: [], problems: [] });
    expect(await collect({ from: -30, to: 0, metrics: ['toString', 'db_cpu'] })).toMatchObject({
      observations: [],
      problems: [
        { metric: 'toString', reason: 'not configured for cloudwatch' },
        { metric: 'db_cpu', reason: 'not configured for cloudwatch' },
      ],
    });
    expect(await collect({ from: -30, to: 0, mapping: {} })).toMatchObject({ observations: [] });
    expect(calls()).toHaveLength(0);
  });

  it('asks 500 metrics a call', async () => {
    const source = CloudWatchMetricSchema.parse({ namespace: 'N', metric_name: 'M' });
    const names = Array.from({ length: 1_001 }, (_, i) => `metric_${i}`);
    const mapping = Object.fromEntries(names.map((name) => [name, source]));
    cloudWatch.on(GetMetricDataCommand).callsFake((input) => ({
      MetricDataResults: input.MetricDataQueries.map(({ Id }: { Id: string }) => ({
        Id,
        StatusCode: 'Complete',
        Timestamps: [at(-10)],
        Values: [Number(Id.slice(1))],
      })),
    }));
    const { observations, problems } = await collect({ from: -30, to: 0, mapping });
    expect(calls().map(({ MetricDataQueries: queries }) => queries?.length)).toEqual([1, 500, 500]);
    expect(problems).toEqual([]);
    expect(observations).toHaveLength(1_001);
    expect(new Set(observations.map(({ metric }) => metric)).size).toBe(1_001);
  });

  it('passes on values that are no numbers, and results without an id', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves({
      MetricDataResults: [
        { Timestamps: [at(-10)], Values: [1] },
        {
          Id: 'm0',
          StatusCode: 'Complete',
          Timestamps: [at(-15), at(-10), at(-5)],
          Values: [Number.NaN, 20],
        },
      ],
    });
    const { observations } = await collect({ from: -30, to: 0, metrics: ['cpu_utilization'] });
    expect(observations.map(({ value }) => value)).toEqual([0.2]);
  });

  it('ends when a service gives pages without end', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves({ NextToken: 'again', MetricDataResults: [] });
    await expect(collect({ from: -30, to: 0 })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
    });
    expect(calls()).toHaveLength(200);
  });

  it.each([
    ['ThrottlingException', 'THROTTLED'],
    ['Throttling', 'THROTTLED'],
    ['LimitExceededException', 'THROTTLED'],
    ['InternalServiceFault', 'SOURCE_UNAVAILABLE'],
    ['AccessDenied', 'SOURCE_UNAVAILABLE'],
  ])('turns %s into %s and keeps the cause', async (name, code) => {
    const cause = new CloudWatchServiceException({
      name,
      message: 'no',
      $fault: 'client',
      $metadata: {},
    });
    cloudWatch.on(GetMetricDataCommand).rejects(cause);
    await expect(collect({ from: -30, to: 0 })).rejects.toMatchObject({
      name: 'DomainError',
      code,
      cause: expect.objectContaining({ name }),
    });
  });

  it('refuses metrics of several periods in one workload', async () => {
    const metric = CloudWatchMetricSchema.parse({ namespace: 'N', metric_name: 'M', stat: 'Sum' });
    const mapping = {
      a: { ...metric, period_seconds: 60 },
      b: { ...metric, period_seconds: 300 },
    };
    await expect(collect({ from: -30, to: 0, mapping })).rejects.toThrow(
      'the metrics of default#default#shop#* have periods of 60, 300 s: one is allowed',
    );
  });

  it('uses the configured period as its step', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves({ MetricDataResults: [] });
    const mapping = CloudWatchMappingSchema.parse({
      a: { namespace: 'N', metric_name: 'M', period_seconds: 60 },
    });
    expect((await collect({ from: -3.5, to: -0.5, mapping })).step).toBe(60_000);
    expect(calls()[0]).toMatchObject({ StartTime: at(-3), EndTime: at(-1) });
  });
});
