import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { afterEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { cloudwatchKind } from '#adapters/sources/cloudwatch-kind.ts';
import { listCloudWatchMetrics } from '#adapters/sources/cloudwatch-list.ts';
import { prometheusKind } from '#adapters/sources/prometheus-kind.ts';
import type { MetricSource } from '#app/ports/metric-source.ts';
import {
  type ApiAnswer,
  type ApiRequest,
  type ApiServer,
  startApiServer,
} from '#test/helpers/api-server.ts';
import { azure, type Cloud, cloudDeps, datadog, gcp } from '#test/helpers/cloud-apis.ts';

let server: ApiServer | undefined;
let source: MetricSource | undefined;
afterEach(async () => {
  await source?.close?.();
  await server?.close();
});

async function opened(
  { kind, config, token }: Pick<Cloud, 'kind' | 'config' | 'token'>,
  answer: (request: ApiRequest) => ApiAnswer | undefined,
  more: object = {},
) {
  server = await startApiServer((request) => answer(request) ?? { body: token });
  source = await kind.open({ ...config(server.url), ...more }, cloudDeps());
  const { listMetrics } = source;
  if (!listMetrics) throw new Error('the source cannot list what it has');
  return {
    server,
    list: (limit: number, filter?: string) =>
      listMetrics({ limit, ...(filter !== undefined && { filter }) }),
  };
}

describe('the metrics that a source has', () => {
  const descriptors = ({ path, query }: ApiRequest): ApiAnswer | undefined => {
    if (!path.endsWith('/metricDescriptors')) return undefined;
    const page = Number(query.get('pageToken') ?? '0');
    const metricDescriptors = [0, 1].map((i) => ({
      type: `run.googleapis.com/m${2 * page + i}`,
      metricKind: 'GAUGE',
      unit: '1',
    }));
    return { body: { metricDescriptors, ...(page < 2 && { nextPageToken: String(page + 1) }) } };
  };

  it('are listed page by page by Google Cloud, each once, as far as they are wanted', async () => {
    const { list, server: api } = await opened(gcp, descriptors);
    expect((await list(100)).map(({ name }) => name)).toEqual(
      [0, 1, 2, 3, 4, 5].map((i) => `run.googleapis.com/m${i}`),
    );
    expect(api.to('/metricDescriptors').map(({ query }) => query.get('pageToken'))).toEqual([
      ...[null, '1', '2'],
    ]);
    expect(await list(3)).toHaveLength(3);
    // Two of the three pages were enough.
    expect(api.to('/metricDescriptors')).toHaveLength(5);
    expect(await list(9, 'm4')).toEqual([{ name: 'run.googleapis.com/m4', detail: 'GAUGE 1' }]);
  });

  it('are given up by Google Cloud when its pages never end', async () => {
    const { list } = await opened(gcp, ({ path }) =>
      path.endsWith('/metricDescriptors')
        ? { body: { metricDescriptors: [], nextPageToken: 'again' } }
        : undefined,
    );
    await expect(list(9)).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  });

  it('are told by Azure of every type of resource, once', async () => {
    const { list, server: api } = await opened(azure, ({ path }) =>
      path.includes('metricDefinitions')
        ? {
            body: {
              value: [
                { name: { value: 'Percentage CPU' }, unit: 'Percent', namespace: 'n' },
                { name: { value: 'Network In Total' }, unit: 'Bytes', namespace: 'n' },
              ],
            },
          }
        : undefined,
    );
    const type = 'microsoft.compute/virtualmachines';
    expect(await list(9)).toEqual([
      { name: 'Percentage CPU', detail: `Percent, ${type}` },
      { name: 'Network In Total', detail: `Bytes, ${type}` },
    ]);
    expect(await list(9, 'percentage')).toHaveLength(1);
    expect(await list(1)).toHaveLength(1);
    // Two machines of one type: one question each time.
    expect(api.to('metricDefinitions')).toHaveLength(3);
  });

  it('are told by Datadog: those of the last day, which come in one answer', async () => {
    const { list, server: api } = await opened(datadog, ({ path }) =>
      path === '/api/v1/metrics' ? { body: { metrics: ['system.cpu.idle', 'a.b'] } } : undefined,
    );
    expect(await list(9)).toEqual([{ name: 'system.cpu.idle' }, { name: 'a.b' }]);
    expect(await list(9, 'cpu')).toEqual([{ name: 'system.cpu.idle' }]);
    // 2026-02-28T12:10:30Z
    expect(api.to('/api/v1/metrics')[0]?.query.get('from')).toBe('1772280630');
  });

  const prometheus = {
    kind: prometheusKind,
    config: (url: string) => ({ url, queries: ['up'] }),
    token: {},
  };
  it('are told by Prometheus with their type, and without it where there is no metadata', async () => {
    let hasMetadata = true;
    const { list } = await opened(prometheus, ({ path }) => {
      if (path.includes('/label/__name__/values')) {
        return { body: { status: 'success', data: ['go_goroutines', 'up'] } };
      }
      if (!hasMetadata) return { status: 404, body: 'page not found' };
      const up = [{ type: 'gauge', help: 'whether it is', unit: '' }];
      return { body: { status: 'success', data: { up } } };
    });
    expect(await list(9)).toEqual([
      { name: 'go_goroutines' },
      { name: 'up', detail: 'gauge: whether it is' },
    ]);
    expect(await list(9, 'go_')).toEqual([{ name: 'go_goroutines' }]);
    hasMetadata = false;
    expect(await list(9, 'up')).toEqual([{ name: 'up' }]);
    expect(await list(1)).toHaveLength(1);
  });
});

describe('the metrics of CloudWatch', () => {
  const client = new CloudWatchClient({ region: 'eu-central-1' });
  const aws = mockClient(client);
  const metric = (Namespace: string, MetricName: string, ...names: string[]) => ({
    ...{ Namespace, MetricName },
    Dimensions: names.map((Name) => ({ Name, Value: 'x' })),
  });
  const tokens = () =>
    aws.commandCalls(ListMetricsCommand).map(({ args: [{ input }] }) => input.NextToken);

  it('are listed page by page, each once, with what they are measured by', async () => {
    aws.reset();
    aws.on(ListMetricsCommand).callsFake(({ NextToken: token }) =>
      token === undefined
        ? {
            Metrics: [
              metric('AWS/EC2', 'CPUUtilization', 'InstanceId'),
              metric('AWS/EC2', 'CPUUtilization', 'InstanceId'),
              metric('Custom', 'Jobs'),
            ],
            NextToken: '2',
          }
        : { Metrics: [metric('AWS/EC2', 'CPUUtilization', 'AutoScalingGroupName')] },
    );
    expect(await listCloudWatchMetrics(client, [], { limit: 9 })).toEqual([
      { name: 'AWS/EC2/CPUUtilization', detail: 'by AutoScalingGroupName; by InstanceId' },
      { name: 'Custom/Jobs', detail: 'no dimensions' },
    ]);
    expect(tokens()).toEqual([undefined, '2']);
    expect(await listCloudWatchMetrics(client, [], { limit: 9, filter: 'jobs' })).toHaveLength(1);
    aws.resetHistory();
    expect(await listCloudWatchMetrics(client, [], { limit: 1 })).toHaveLength(1);
    expect(tokens()).toEqual([undefined]);
  });

  it('are those of the namespaces that are configured', async () => {
    aws.reset();
    aws.on(ListMetricsCommand).resolves({ Metrics: [metric('AWS/ECS', 'CPUUtilization')] });
    await listCloudWatchMetrics(client, ['AWS/ECS', 'AWS/RDS'], { limit: 9 });
    const asked = aws.commandCalls(ListMetricsCommand).map(({ args: [{ input }] }) => input);
    expect(asked).toEqual([
      { RecentlyActive: 'PT3H', Namespace: 'AWS/ECS' },
      { RecentlyActive: 'PT3H', Namespace: 'AWS/RDS' },
    ]);
  });

  it('are given up when the pages never end, and when the service asks to slow down', async () => {
    aws.reset();
    aws.on(ListMetricsCommand).resolves({ Metrics: [], NextToken: 'again' });
    await expect(listCloudWatchMetrics(client, [], { limit: 9 })).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      details: { pages: 200 },
    });
    const slow = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    aws.on(ListMetricsCommand).rejects(slow);
    await expect(listCloudWatchMetrics(client, [], { limit: 9 })).rejects.toMatchObject({
      code: 'THROTTLED',
    });
  });

  it('are what the source of an agent lists', async () => {
    const cloudWatch = await cloudwatchKind.open({ region: 'eu-central-1' }, cloudDeps());
    expect(typeof cloudWatch.listMetrics).toBe('function');
    await cloudWatch.close?.();
  });
});
