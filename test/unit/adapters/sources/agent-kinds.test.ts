import { appendFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseAgentConfig } from '#adapters/config/parse-agent-config.ts';
import { cloudWatchPatterns, resourceOfDimensions } from '#adapters/sources/cloudwatch-known.ts';
import {
  cloudWatchInventory,
  dailyAllowance,
  sweepingCloudWatch,
} from '#adapters/sources/cloudwatch-sweep.ts';
import { csvKind } from '#adapters/sources/csv-kind.ts';
import { type QueryOutcome, readQueries } from '#adapters/sources/read-queries.ts';
import { sourceOf } from '#adapters/sources/registry.ts';
import { windowedSource } from '#adapters/sources/windowed-source.ts';
import type { CollectRequest } from '#app/ports/metric-source.ts';
import { CloudWatchSourceSchema } from '#contracts/config/sources/cloudwatch.ts';
import { DomainError } from '#core/errors.ts';
import { DAY, durationMs, epochMs, MINUTE } from '#core/time.ts';
import { workloadId, workloadKey } from '#core/workload.ts';
import { startApiServer } from '#test/helpers/api-server.ts';
import { at, azure, cloudDeps, datadog, gcp, healthy, NOW } from '#test/helpers/cloud-apis.ts';
import { readRepositoryFile } from '#test/helpers/repository.ts';
import { fake, matrix, onEnd } from '../prometheus/fake-prometheus.ts';

describe('the configuration of the seeds', () => {
  const parse = (text: string) => parseAgentConfig(text, { DD_KEY: 'k1', DD_APP: 'k2' }, sourceOf);

  it.each([
    'type: gcp_monitoring\n    project_id: shop-1\n    namespaces: [shop]\n    options: {lookback_minutes: 5, alignment_period: 60}',
    'type: gcp-monitoring\n    config: {project_id: shop-1, metrics: [kubernetes.io/container/cpu/core_usage_time], filters: {namespace: shop}}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the agent expands it
    'type: datadog\n    api_key: "${DD_KEY}"\n    credentials: {app_key: "${DD_APP}"}\n    metrics: [system.cpu.user]\n    options: {site: eu1, lookback_minutes: 5}',
    'type: azure_monitor\n    metrics: [Percentage CPU]\n    credentials: {subscription_id: 11111111-2222-3333-4444-555555555555}\n    options: {timespan: PT5M, interval: PT1M, resource_group: shop}',
    'type: cloudwatch\n    metrics: [AWS/EC2/CPUUtilization]\n    options: {region: eu-central-1, period: 300, lookback_minutes: 10, dimensions: {InstanceId: i-1}}',
    'type: csv\n    path: metrics.csv',
  ])('is read: %s', async (source) => {
    const { config, problems } = await parse(
      `sources:\n  - name: one\n    ${source}\nhelios:\n  endpoint: http://127.0.0.1:8080\n`,
    );
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(config?.sources).toHaveLength(1);
  });

  it('and that of the guide are read', async () => {
    const guide = readRepositoryFile('docs/guide/sources.md');
    const blocks = [...guide.matchAll(/^```yaml\n(sources:\n.*?)^```/gms)].map(([, text]) => text);
    expect(blocks).toHaveLength(7);
    for (const text of blocks) {
      const env = { DD_API_KEY: 'k1', DD_APP_KEY: 'k2' };
      const { config } = await parseAgentConfig(
        `${text}helios:\n  endpoint: http://127.0.0.1:8080\n`,
        env,
        sourceOf,
      );
      expect(config?.sources).toHaveLength(1);
    }
  });

  it('is told what a key is probably called', async () => {
    const { problems } = await parse('sources:\n  - type: datadog\n    lookback_minuts: 5\n');
    expect(problems.map(({ message }) => message).join()).toContain('lookback_minutes');
  });
});

describe('static labels', () => {
  const labels = { deployment: 'mine', namespace: 'mine', cluster: 'mine', container: 'mine' };
  const deps = cloudDeps({ labels, workload: workloadId(labels) });
  const swept = async (type: string, config: object) => {
    const kind = await sourceOf(type);
    const source = await kind.open(kind.schema.parse(config), deps);
    const found = await source.sweep?.({ range: { from: at('12:05'), to: NOW } });
    await source.close?.();
    const keys = found?.workloads.map(({ workload }) => workloadKey(workload));
    return [...new Set(keys)].sort();
  };

  // Cluster, namespace, deployment, container: what a series says of itself wins, the rest is filled.
  it.each([
    { cloud: gcp, expected: ['main#shop#cart#mine'] },
    { cloud: azure, expected: ['mine#shop#web-1#mine', 'mine#shop#web-2#mine'] },
    { cloud: datadog, expected: ['mine#shop#cart#mine', 'mine#shop#pay#mine'] },
  ])('fill what series of $cloud.name leave open', async ({ cloud, expected }) => {
    const server = await startApiServer(healthy(cloud));
    onEnd(() => server.close());
    expect(await swept(cloud.name, cloud.config(server.url))).toEqual(expected);
  });

  it('fill what series of Prometheus leave open', async () => {
    const values = [[at('12:08') / 1_000, '1']];
    const { url } = await fake(
      matrix([
        { metric: { namespace: 'shop', deployment: 'cart' }, values },
        { metric: { namespace: 'pay' }, values },
        { metric: {}, values },
      ]),
    );
    const queries = [{ name: 'queue_length', query: 'queue' }];
    expect(await swept('prometheus', { url, queries })).toEqual([
      'mine#mine#mine#mine',
      'mine#pay#mine#mine',
      'mine#shop#cart#mine',
    ]);
  });

  it('fill what rows of a file leave open', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'helios-labels-'));
    onEnd(() => void rm(directory, { recursive: true }));
    const path = join(directory, 'metrics.csv');
    await writeFile(
      path,
      'timestamp,namespace,deployment,cpu_cores\n2026-03-01T12:08:00Z,shop,cart,1\n2026-03-01T12:08:00Z,,,2\n',
    );
    expect(await swept('csv', { path, step_seconds: 60, from_beginning: true })).toEqual([
      'mine#mine#mine#mine',
      'mine#shop#cart#mine',
    ]);
  });

  it('fill what resources of CloudWatch leave open', async () => {
    const config = CloudWatchSourceSchema.parse({ metrics: ['AWS/ECS/CPUUtilization'] });
    const dimensions = { ClusterName: 'main', ServiceName: 'cart' };
    const listMetrics = async (_: object, metric: { namespace: string; metricName: string }) => [
      { ...metric, dimensions },
    ];
    const [found] = await cloudWatchInventory(config, { listMetrics }, deps).all();
    expect(found && workloadKey(found.workload)).toBe('main#mine#cart#mine');
  });
});

describe('a source with a past', () => {
  const step = MINUTE;
  it('reads a range once in a period, and what was not read whole again from its beginning', async () => {
    const asked: (readonly [number, number])[] = [];
    let isWhole = true;
    const source = windowedSource({
      ...{ name: 'past', clock: { now: () => NOW }, step, lookback: durationMs(2 * MINUTE) },
      async read({ from, to }) {
        asked.push([from, to]);
        return { series: [], problems: [], isWhole };
      },
    });
    const first = await source.sweep?.({ range: { from: at('12:09'), to: NOW } });
    expect(first?.through).toBe(at('12:08'));
    await source.sweep?.({ range: { from: at('12:08'), to: NOW } });
    expect(asked).toEqual([[at('12:08'), at('12:10')]]);
    isWhole = false;
    const failed = await source.sweep?.({ range: { from: at('12:01'), to: NOW } });
    expect(failed?.through).toBe(at('12:01'));
    await source.sweep?.({ range: { from: at('12:01'), to: NOW } });
    expect(asked.slice(1)).toEqual([
      [at('12:01'), at('12:10')],
      [at('12:01'), at('12:10')],
    ]);
  });

  it('is not read whole when a query of several fails for now', async () => {
    const outcomes: Readonly<Record<string, () => Promise<QueryOutcome>>> = {
      good: async () => ({ series: [] }),
      late: () => Promise.reject(new DomainError('DEADLINE_EXCEEDED', 'late')),
      wrong: () => Promise.reject(new DomainError('CONFIG_INVALID', 'wrong')),
    };
    const read = (names: readonly string[]) =>
      readQueries(names, String, (name) => outcomes[name]?.() ?? Promise.reject(), undefined);
    // What is refused is refused again: it must not hold the others back.
    expect(await read(['good', 'wrong'])).toMatchObject({
      isWhole: true,
      problems: [{ metric: 'wrong' }],
    });
    expect(await read(['late', 'good'])).toMatchObject({ isWhole: false });
    await expect(read(['late', 'wrong'])).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('leaves out a series that would overwrite another, and says so', async () => {
    const workload = workloadId({ deployment: 'web' });
    const series = ['a', 'b'].map((id, i) => ({
      ...{ id, workload, metric: 'cpu_cores', instance: undefined },
      points: [
        [at('12:08'), i],
        [at('12:09'), Number.NaN],
      ] as const,
    }));
    const source = windowedSource({
      ...{ name: 'past', clock: { now: () => NOW }, step, lookback: durationMs(2 * MINUTE) },
      read: async () => ({ series, problems: [], isWhole: true }),
    });
    const found = await source.sweep?.({ range: { from: at('12:08'), to: NOW } });
    expect(found?.workloads[0]?.collected.observations.map(({ value }) => value)).toEqual([0]);
    expect(found?.problems[0]?.reason).toContain('1 series');
  });
});

describe('cloudwatch', () => {
  it('takes what stands behind the last slash for the name', () => {
    // The seeds split at the first one: namespace AWS, metric EC2/CPUUtilization.
    expect(cloudWatchPatterns(['AWS/EC2/CPUUtilization'], [], false)).toEqual([
      {
        namespace: 'AWS/EC2',
        metricName: 'CPUUtilization',
        metric: 'cpu_utilization',
        form: { scale: 0.01 },
      },
    ]);
    expect(cloudWatchPatterns([], [], false).map(({ metricName }) => metricName)).toEqual([
      ...['CPUUtilization', 'NetworkIn', 'NetworkOut'],
      ...['CPUUtilization', 'DatabaseConnections', 'FreeableMemory'],
    ]);
  });

  it('takes no sum over resources for one', () => {
    expect(resourceOfDimensions('AWS/EC2', { InstanceId: 'i-1' })).toEqual({ deployment: 'i-1' });
    expect(resourceOfDimensions('AWS/EC2', { ImageId: 'ami-1' })).toBeUndefined();
    expect(resourceOfDimensions('AWS/ECS', { ClusterName: 'c', ServiceName: 's' })).toEqual({
      deployment: 's',
      cluster: 'c',
    });
  });

  it('sweeps every resource with one call of the collector', async () => {
    const calls: (readonly CollectRequest[])[] = [];
    const deps = cloudDeps();
    const config = CloudWatchSourceSchema.parse({ metrics: ['AWS/EC2/CPUUtilization'] });
    const listed = [{ InstanceId: 'i-1' }, { InstanceId: 'i-2' }, {}];
    const inventory = cloudWatchInventory(
      config,
      {
        listMetrics: async (_, metric) =>
          listed.map((dimensions) => ({
            ...metric,
            dimensions: dimensions as Record<string, string>,
          })),
      },
      deps,
    );
    const step = durationMs(5 * MINUTE);
    const source = sweepingCloudWatch({
      ...{ name: 'aws', clock: deps.clock, step, lookback: durationMs(10 * MINUTE), inventory },
      collector: {
        name: 'cloudwatch',
        collect: () => Promise.reject(new Error('not one by one')),
        async collectAll(requests) {
          calls.push(requests);
          const through = new Map([['cpu_utilization', at('12:00')]]);
          const collected = { step, observations: [], counters: [], problems: [], through };
          return requests.map(() => ({ collected }));
        },
      },
    });
    const found = await source.sweep?.({ range: { from: at('12:00'), to: NOW } });
    expect(calls.map((requests) => requests.map(({ workload }) => workload.deployment))).toEqual([
      ['i-1', 'i-2'],
    ]);
    expect(found?.through).toBe(at('12:00'));
  });

  it('spends a thirtieth of the budget a day', async () => {
    let now = NOW;
    // 0.003 USD are 300 metrics at 0.01 USD a thousand: 10 a day.
    const allowance = dailyAllowance(0.003, { now: () => now });
    expect(await allowance.take(10)).toBe(true);
    expect(await allowance.take(1)).toBe(false);
    now = epochMs(NOW + DAY);
    expect(await allowance.take(10)).toBe(true);
  });
});

describe('csv', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'helios-csv-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('gives each row once while the file grows, is replaced and is emptied', async () => {
    const path = join(directory, 'm.csv');
    const row = (minute: string, value: number) => `2026-03-01T${minute}:00Z,${value}\n`;
    await writeFile(path, `timestamp,cpu_utilization\n${row('12:01', 0.1)}2026-03-01T12:02`);
    const source = await csvKind.open({ path, from_beginning: true }, cloudDeps());
    let from = at('12:00');
    const sweep = async (isKept = true) => {
      const found = await source.sweep?.({ range: { from, to: NOW } });
      if (isKept && found?.through !== undefined) from = found.through;
      return found?.workloads.flatMap(({ collected }) =>
        collected.observations.map(({ value }) => value),
      );
    };
    expect(await sweep()).toEqual([0.1]);
    // The rest of an unfinished line.
    await appendFile(path, ':00Z,0.2\n');
    expect(await sweep(false)).toEqual([0.2]);
    // What was not kept comes again.
    expect(await sweep()).toEqual([0.2]);
    expect(await sweep()).toEqual([]);
    // The last row of the old file, then the new one.
    await appendFile(path, row('12:03', 0.3));
    await rename(path, `${path}.1`);
    await writeFile(path, `timestamp,cpu_utilization\n${row('12:04', 0.4)}`);
    expect(await sweep()).toEqual([0.3, 0.4]);
    await writeFile(path, 'timestamp,cpu_utilization\n');
    expect(await sweep()).toEqual([]);
    await appendFile(path, row('12:05', 0.5));
    expect(await sweep()).toEqual([0.5]);
    await source.close?.();
  });

  it('says that there is no file', async () => {
    const source = await csvKind.open({ path: join(directory, 'none.csv') }, cloudDeps());
    const failed = source.sweep?.({ range: { from: at('12:00'), to: NOW } });
    await expect(failed).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  });
});
