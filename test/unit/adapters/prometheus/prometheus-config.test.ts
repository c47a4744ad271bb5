import { describe, expect, it } from '@jest/globals';
import { configuredQueries, metricOf } from '#adapters/prometheus/configured-queries.ts';
import { writeRequest } from '#adapters/prometheus/remote-write.ts';
import { prometheusPlans } from '#adapters/sources/prometheus-plans.ts';
import { PrometheusServersSchema } from '#contracts/config/prometheus-servers.ts';
import { PrometheusSourceSchema } from '#contracts/config/sources/prometheus.ts';
import { addMs, epochMs, HOUR, MINUTE } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { noSecrets } from '#test/helpers/no-secrets.ts';
import { fake, minutes } from './fake-prometheus.ts';

const NOON = epochMs(Date.UTC(2026, 0, 1, 12));

describe('the configuration', () => {
  const read = (config: Record<string, unknown>) =>
    configuredQueries(PrometheusSourceSchema.parse({ url: 'http://p', ...config }));

  it('names queries of the seeds by the metric they are about, and asks for a name otherwise', () => {
    const named = read({
      queries: [
        'sum(rate(container_cpu_usage_seconds_total{container!=""}[5m])) by (namespace,pod)',
        'sum(container_memory_usage_bytes) by (namespace, pod)',
      ],
      metrics: ['http_requests_total'],
    });
    expect(named.map(({ name, counter }) => [name, counter])).toEqual([
      ['container_cpu_usage_seconds_total', false],
      ['container_memory_usage_bytes', false],
      ['http_requests_total', true],
    ]);
    expect(() => read({ queries: ['a / b'] })).toThrow('needs a name');
    expect(() => read({ queries: ['sum(a)', 'max(a)'] })).toThrow('two queries are named a');
    expect(metricOf('topk(5, node_load1{job="x y(z)"} offset 5m)')).toBe('node_load1');
  });

  it('brings queries for containers, pods, nodes and HTTP along, in the namespaces that are wanted', () => {
    const presets = read({ namespaces: ['shop', 'a.b'] });
    expect(presets).toHaveLength(3 + 10 + 3 + 3);
    expect(presets[0]?.query).toBe(
      'sum by (namespace, pod, container) (rate(container_cpu_usage_seconds_total{container!="",container!="POD",namespace=~"shop|a\\\\.b"}[300s]))',
    );
  });

  it('refuses two kinds of credentials, a password in the address, and unknown keys', () => {
    const refused = [
      { api_key: 'k', auth: { type: 'none' } },
      { url: 'http://me:secret@p' },
      { querys: [] },
      { endpoint: 'http://q' },
    ];
    for (const config of refused) {
      expect(PrometheusSourceSchema.safeParse({ url: 'http://p', ...config }).success).toBe(false);
    }
  });

  it('reads configured workloads each from where it was read up to', async () => {
    const { url, came } = await fake(minutes);
    const plans = prometheusPlans(
      PrometheusServersSchema.parse([
        {
          url,
          workloads: [
            {
              deployment: 'cart',
              metrics: { request_rate: 'a', cpu_cores: { query: 'b', scale: 0.5 } },
            },
          ],
        },
      ]),
      { clock: { now: () => addMs(NOON, HOUR) }, env: {}, secrets: noSecrets },
    );
    const plan = plans.get('default#default#cart#*');
    const [answer] =
      (await plan?.source.collectAll?.([
        {
          workload: workloadId({ deployment: 'cart' }),
          metrics: ['request_rate', 'cpu_cores'],
          range: { from: NOON, to: addMs(NOON, MINUTE, 4) },
          since: new Map([['cpu_cores', addMs(NOON, MINUTE, 2)]]),
        },
      ])) ?? [];
    expect(answer).toMatchObject({ collected: { problems: [], counters: [] } });
    const found = answer && 'collected' in answer ? answer.collected : undefined;
    expect(found?.observations.map(({ metric, value }) => [metric, value])).toEqual([
      ...[0, 1, 2, 3].map((value) => ['request_rate', value]),
      ['cpu_cores', 1],
      ['cpu_cores', 1.5],
    ]);
    expect(found?.through?.get('cpu_cores')).toBe(addMs(NOON, MINUTE, 4));
    expect(came).toHaveLength(2);
  });
});

it('writes protobuf of remote write with labels sorted and times in milliseconds', () => {
  const samples = [{ name: 'a', labels: { z: '', b: 'c' }, at: epochMs(2), value: 1 }];
  // WriteRequest { timeseries { labels { __name__ a } labels { b c } samples { 1.0 at 2 } } }
  const label = (name: string, value: string) => {
    const text = [
      0x0a,
      name.length,
      ...Buffer.from(name),
      0x12,
      value.length,
      ...Buffer.from(value),
    ];
    return [0x0a, text.length, ...text];
  };
  const sample = [0x12, 11, 0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x10, 2];
  const series = [...label('__name__', 'a'), ...label('b', 'c'), ...sample];
  expect([...writeRequest(samples)]).toEqual([0x0a, series.length, ...series]);
});
