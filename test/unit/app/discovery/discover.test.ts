import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import {
  GetResourcesCommand,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { cloudWatchResourceFinder } from '#adapters/aws/cloudwatch-resource-finder.ts';
import { placeSettings } from '#adapters/aws/places.ts';
import { discover } from '#app/discovery/discover.ts';
import { createDiscoveredWorkloads } from '#app/discovery/discovered-workloads.ts';
import { DiscoveryConfigSchema } from '#contracts/config/discovery.ts';
import { addMs, HOUR, MINUTE } from '#core/time.ts';
import { at, memoryStores, settableClock } from '#test/helpers/memory-services.ts';

const region = 'eu-central-1';
const cloudWatch = new CloudWatchClient({ region });
const tagging = new ResourceGroupsTaggingAPIClient({ region });
const [listing, tags] = [mockClient(cloudWatch), mockClient(tagging)];
const finder = cloudWatchResourceFinder({ cloudWatch: () => cloudWatch, tagging: () => tagging });

/** What CloudWatch has, as `namespace/metric`: the dimensions of each. */
const LISTED: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>> = {
  'AWS/ECS/CPUUtilization': [
    { ClusterName: 'prod', ServiceName: 'web' },
    { ClusterName: 'prod', ServiceName: 'web-canary' },
    { ClusterName: 'prod' },
  ],
  'AWS/ECS/MemoryUtilization': [{ ClusterName: 'prod', ServiceName: 'web' }],
  'ECS/ContainerInsights/RunningTaskCount': [{ ClusterName: 'prod', ServiceName: 'web' }],
  'ECS/ContainerInsights/MemoryUtilized': [{ ClusterName: 'prod', ServiceName: 'web-canary' }],
  'ECS/ContainerInsights/MemoryReserved': [{ ClusterName: 'prod', ServiceName: 'web-canary' }],
  'AWS/Lambda/Invocations': [{ FunctionName: 'pay' }, { FunctionName: 'pay', Resource: 'pay:2' }],
  'AWS/Lambda/Errors': [{ FunctionName: 'pay' }],
  'AWS/ApplicationELB/RequestCount': [{ LoadBalancer: 'app/shop/50dc6c49' }],
};

beforeEach(() => {
  listing.reset();
  tags.reset();
  listing.on(ListMetricsCommand).callsFake(({ Namespace, MetricName, NextToken }) => {
    const all = LISTED[`${Namespace}/${MetricName}`] ?? [];
    const from = Number(NextToken ?? 0);
    // One metric a page.
    const page = all.slice(from, from + 1).map((dimensions) => ({
      Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    }));
    return { Metrics: page, ...(from + 1 < all.length ? { NextToken: String(from + 1) } : {}) };
  });
});

const found = (config: unknown) => discover(finder, DiscoveryConfigSchema.parse(config));

describe('discovery', () => {
  it('makes a workload of each resource, of the metrics that are published of it', async () => {
    const { workloads, skipped } = await found({
      kinds: ['ecs-service', 'lambda-function', 'application-load-balancer'],
    });
    expect(workloads.map(({ key, metrics }) => [key, Object.keys(metrics)])).toEqual([
      ['default#alb#shop#*', ['request_rate']],
      ['default#lambda#pay#*', ['request_rate', 'error_rate']],
      // Without MemoryUtilization of the service, the ratio of what Container Insights publishes.
      ['prod#ecs#web#*', ['cpu_utilization', 'memory_utilization', 'replicas']],
      ['prod#ecs#web-canary#*', ['cpu_utilization', 'memory_utilization']],
    ]);
    expect(workloads[1]?.metrics.error_rate).toMatchObject({
      expression: 'errors / invocations',
      inputs: { errors: { metric_name: 'Errors', dimensions: { FunctionName: 'pay' } } },
    });
    expect(workloads[3]?.metrics.memory_utilization).toMatchObject({
      expression: 'used / reserved',
    });
    expect(workloads[1]?.metrics.request_rate).toMatchObject({ stat: 'Sum', per_second: true });
    expect(skipped).toEqual([]);
  });

  it('keeps to names, tags and the number asked for, and says what it leaves out', async () => {
    tags.on(GetResourcesCommand).resolves({
      PaginationToken: '',
      ResourceTagMappingList: [
        { ResourceARN: 'arn:aws:ecs:eu-central-1:123456789012:service/prod/web' },
        { ResourceARN: 'arn:aws:ecs:eu-central-1:123456789012:service/prod/web-canary' },
      ],
    });
    const { workloads, skipped } = await found({
      kinds: ['ecs-service', 'auto-scaling-group'],
      names: { exclude: ['*-canary'] },
      tags: { team: ['shop'] },
      places: [{}, { region: 'eu-west-1' }],
      max_workloads: 1,
    });
    expect(workloads.map(({ key }) => key)).toEqual(['prod#ecs#web#*']);
    expect(skipped.map(({ kind, reason }) => [kind, reason.split(':')[0]])).toEqual([
      ['auto-scaling-group', 'the tagging service does not know this kind'],
      ['ecs-service', 'more than 1 workloads (discovery.max_workloads)'],
      ['auto-scaling-group', 'the tagging service does not know this kind'],
    ]);
    expect(tags.commandCalls(GetResourcesCommand)[0]?.args[0].input).toMatchObject({
      ResourceTypeFilters: ['ecs:service'],
      TagFilters: [{ Key: 'team', Values: ['shop'] }],
    });
  });

  it('takes the load balancer that is there, not the one of the same name before it', async () => {
    const [old, current] = ['app/shop/0000', 'app/shop/9999'].map((value) => ({
      Dimensions: [{ Name: 'LoadBalancer', Value: value }],
    }));
    listing.on(ListMetricsCommand).callsFake(({ MetricName, RecentlyActive }) => {
      if (MetricName !== 'RequestCount') return { Metrics: [] };
      return { Metrics: RecentlyActive === 'PT3H' ? [current] : [old, current] };
    });
    const { workloads, skipped } = await found({ kinds: ['application-load-balancer'] });
    expect(workloads.map(({ metrics }) => metrics.request_rate)).toMatchObject([
      { dimensions: { LoadBalancer: 'app/shop/9999' } },
    ]);
    expect(skipped).toMatchObject([{ reason: 'another resource is default#alb#shop#* already' }]);
  });

  it('fails as a whole where a service does not answer', async () => {
    listing.on(ListMetricsCommand).rejects(Object.assign(new Error('no'), { name: 'Throttling' }));
    await expect(found({ kinds: ['rds-instance'] })).rejects.toMatchObject({ code: 'THROTTLED' });
  });

  it('never forgets a workload: one that is gone is kept, and comes back with its history', async () => {
    const { catalog } = memoryStores();
    const log = createDiscoveredWorkloads(catalog);
    const noon = at('2026-03-01T12:00:00Z');
    const { workloads } = await found({ kinds: ['lambda-function'] });
    const gone = async () => (await log.list()).map(({ goneSince }) => goneSince);
    await log.replace(workloads, noon);
    expect(await gone()).toEqual([null]);
    // What has not changed is not written again, every hour, for each workload.
    const { revision } = (await catalog.list('discovered'))[0] ?? {};
    await log.replace(workloads, addMs(noon, MINUTE));
    expect((await catalog.list('discovered'))[0]?.revision).toBe(revision);
    await log.replace([], addMs(noon, HOUR));
    expect(await gone()).toEqual([addMs(noon, HOUR)]);
    await log.replace([], addMs(noon, HOUR, 2));
    expect(await gone()).toEqual([addMs(noon, HOUR)]);
    await log.replace(workloads, addMs(noon, HOUR, 3));
    expect(await log.get('default#lambda#pay#*')).toMatchObject({
      goneSince: null,
      firstSeen: noon,
      kind: 'lambda-function',
    });
    // Under the same name, but read elsewhere from now on.
    const moved = workloads.map((each) => ({ ...each, region: 'eu-west-1' }));
    await log.replace(moved, addMs(noon, HOUR, 4));
    expect((await log.get('default#lambda#pay#*'))?.region).toBe('eu-west-1');
  });
});

describe('another account', () => {
  const NOW = at('2026-03-01T12:00:00Z');
  const ACCOUNT = {
    name: 'prod',
    role_arn: 'arn:aws:iam::123456789012:role/helios-reader',
    external_id: 'helios-4711',
    region: 'us-west-2',
  };

  it('is read with its role, assumed once until shortly before the credentials end', async () => {
    const sts = new STSClient({ region });
    const calls = mockClient(sts);
    const clock = settableClock(NOW);
    calls.on(AssumeRoleCommand).callsFake(() => ({
      Credentials: {
        AccessKeyId: 'key',
        SecretAccessKey: 'secret',
        SessionToken: 'token',
        Expiration: new Date(clock.now() + HOUR),
      },
    }));
    const settingsOf = placeSettings([ACCOUNT], clock, () => sts);
    expect(settingsOf({})).toEqual({});
    expect(settingsOf({ account: 'prod', region: 'eu-west-1' }).region).toBe('eu-west-1');
    const { region: where, credentials } = settingsOf({ account: 'prod' });
    expect(where).toBe('us-west-2');
    await Promise.all([credentials?.(), credentials?.()]);
    clock.set(addMs(NOW, MINUTE, 54));
    await credentials?.();
    expect(calls.commandCalls(AssumeRoleCommand).map(({ args }) => args[0].input)).toEqual([
      {
        RoleArn: ACCOUNT.role_arn,
        RoleSessionName: 'helios',
        ExternalId: 'helios-4711',
      },
    ]);
    clock.set(addMs(NOW, MINUTE, 55));
    await credentials?.();
    expect(calls.commandCalls(AssumeRoleCommand)).toHaveLength(2);
    expect(() => settingsOf({ account: 'test' })).toThrow('accounts has no test');
  });
});
