import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openPrometheus } from '#adapters/sources/prometheus-kind.ts';
import { PrometheusSourceSchema } from '#contracts/config/sources/prometheus.ts';
import { addMs, DAY, epochMs, HOUR, MINUTE } from '#core/time.ts';
import { workloadId, workloadLabel } from '#core/workload.ts';
import { noSecrets } from '#test/helpers/no-secrets.ts';
import {
  MISSING,
  ownAnswer,
  type PrometheusServer,
  prometheusServer,
} from './prometheus-server.ts';

const START = epochMs(Date.UTC(2026, 2, 2));
const SCRAPE_SECONDS = 60;
const DAYS = 8;
const SCRAPES = (DAYS * 86_400) / SCRAPE_SECONDS;

if (MISSING) console.warn(`skipped: ${MISSING} is not installed`);
const describeIfInstalled = MISSING ? describe.skip : describe;

/**
 * Two pods of a shop for eight days, scraped every minute. The counter of the second pod starts again
 * from zero every 500 minutes; its memory is `NaN` for an hour of the second day; the first pod is gone
 * for two hours of the third day and comes back.
 */
function shop(): string {
  const lines: string[] = [];
  const at = (i: number) => START / 1_000 + i * SCRAPE_SECONDS;
  const pods = ['web-7d9c6b8f5d-x2x4q', 'web-7d9c6b8f5d-z9z8w'];
  const series = (
    name: string,
    type: string,
    value: (pod: number, i: number) => string | undefined,
  ) => {
    lines.push(`# TYPE ${name} ${type}`);
    pods.forEach((pod, index) => {
      const labels = `namespace="shop",pod="${pod}",container="web"`;
      const full = type === 'counter' ? `${name}_total` : name;
      for (let i = 0; i < SCRAPES; i++) {
        const text = value(index, i);
        if (text !== undefined) lines.push(`${full}{${labels}} ${text} ${at(i)}`);
      }
    });
  };
  const isGone = (pod: number, i: number) => pod === 0 && i >= 2_880 && i < 3_000;
  series('container_cpu_usage_seconds', 'counter', (pod, i) => {
    if (isGone(pod, i)) return undefined;
    return String(pod === 0 ? i * 6 + (i % 7) : (i % 500) * 12 + (i % 5));
  });
  series('container_memory_working_set_bytes', 'gauge', (pod, i) => {
    if (isGone(pod, i)) return undefined;
    if (pod === 1 && i >= 1_440 && i < 1_500) return 'NaN';
    return String(50_000_000 + 1_000 * ((i * 37) % 1_000) + pod);
  });
  lines.push('# EOF', '');
  return lines.join('\n');
}

describeIfInstalled('the source prometheus against a real server', () => {
  let server: PrometheusServer;
  beforeAll(async () => {
    server = await prometheusServer(shop());
    await server.start();
  });
  afterAll(() => server?.remove());

  const open = (more: Record<string, unknown> = {}) =>
    openPrometheus(
      PrometheusSourceSchema.parse({ url: server.url, presets: ['containers'], ...more }),
      {
        clock: { now: () => addMs(START, DAY, DAYS) },
        sleep: async (ms) => {
          await wait(Math.min(ms, 500));
        },
        random: () => 1,
        env: {},
        secrets: noSecrets,
        name: 'prometheus',
        workload: workloadId({ deployment: 'host' }),
        labels: {},
      },
    );
  const sweepAll = async (source: Awaited<ReturnType<typeof open>>, from: number, to: number) => {
    const values = new Map<string, number>();
    const problems: unknown[] = [];
    for (let at = epochMs(from); at < to; ) {
      const sweep = await source.sweep?.({ range: { from: at, to: epochMs(to) } });
      for (const { workload, collected } of sweep?.workloads ?? []) {
        problems.push(...collected.problems);
        for (const { metric, source: of, at: time, value } of collected.observations) {
          const key = `${workloadLabel(workload)} ${metric} ${of} ${time}`;
          if (values.has(key)) throw new Error(`${key} came twice`);
          values.set(key, value);
        }
      }
      problems.push(...(sweep?.problems ?? []));
      if (!sweep?.through || sweep.through <= at) break;
      at = sweep.through;
    }
    return { values, problems };
  };
  /** The same by the server's own answer, day by day. */
  const expected = async (metric: string, query: string, from: number, to: number) => {
    const values = new Map<string, number>();
    for (let day = from; day < to; day += DAY) {
      const grid = { from: day, to: Math.min(day + DAY, to) - MINUTE, stepSeconds: 60 };
      for (const { labels, values: pairs } of await ownAnswer(server.url, query, grid)) {
        for (const [seconds, text] of pairs) {
          const key = `shop/web/web ${metric} prometheus@${labels.pod} ${seconds * 1_000}`;
          if (text !== 'NaN') values.set(key, Number(text));
        }
      }
    }
    return values;
  };
  const CPU =
    'sum by (namespace, pod, container) (rate(container_cpu_usage_seconds_total{container!=""}[300s]))';
  const MEMORY = 'sum by (namespace, pod, container) (container_memory_working_set_bytes)';

  it('gives a week of both metrics in chunks, each value as the server says it, resets and gaps included', async () => {
    const [from, to] = [addMs(START, HOUR), addMs(START, DAY, 7)];
    const source = await open({ max_points: 250 });
    const { values, problems } = await sweepAll(source, from, to);
    const own = new Map([
      ...(await expected('cpu_cores', CPU, from, to)),
      ...(await expected('memory_bytes', MEMORY, from, to)),
    ]);
    expect(problems).toEqual([]);
    expect(own.size).toBeGreaterThan(38_000);
    expect([...values].sort()).toEqual([...own].sort());
    // Without the hour of NaN, and without the two hours that the pod was gone for, but for the five
    // minutes that Prometheus carries a last value on (its version 3 carries it one minute less).
    const memory = [...own.keys()].filter((key) => key.includes('memory_bytes'));
    const scraped = 2 * (7 * 1_440 - 60) - 60 - 120;
    expect([scraped + 4, scraped + 5]).toContain(memory.length);
    await source.close?.();
  });

  it('reads totals as they are, so that a total that begins again is seen', async () => {
    const source = await open({ presets: [], metrics: ['container_cpu_usage_seconds_total'] });
    const { values } = await sweepAll(source, addMs(START, MINUTE, 495), addMs(START, MINUTE, 505));
    const totals = [...values].filter(([key]) => key.includes('z9z8w')).map(([, value]) => value);
    // (i mod 500) · 12 + (i mod 5) at i = 495 … 504.
    expect(totals).toEqual([5940, 5953, 5966, 5979, 5992, 0, 13, 26, 39, 52]);
    const sweep = await source.sweep?.({ range: { from: START, to: addMs(START, MINUTE) } });
    expect(sweep?.workloads[0]?.collected.counters).toEqual(['container_cpu_usage_seconds_total']);
  });

  it('loses and doubles nothing when the server is restarted in the middle', async () => {
    const [from, to] = [addMs(START, DAY), addMs(START, DAY, 2)];
    const source = await open({ max_points: 60, max_concurrent: 1 });
    const reading = sweepAll(source, from, to);
    await wait(20);
    await server.stop();
    await wait(100);
    await server.start();
    const { values } = await reading;
    const own = new Map([
      ...(await expected('cpu_cores', CPU, from, to)),
      ...(await expected('memory_bytes', MEMORY, from, to)),
    ]);
    expect([...values].sort()).toEqual([...own].sort());
  });

  it('says what it could read, and what the server has', async () => {
    const clock = { now: () => addMs(START, DAY, 5) };
    const source = await openPrometheus(
      PrometheusSourceSchema.parse({ url: server.url, presets: ['containers', 'pods'] }),
      {
        clock,
        sleep: async () => {},
        random: () => 0,
        env: {},
        secrets: noSecrets,
        name: 'prometheus',
        workload: workloadId({ deployment: 'host' }),
        labels: {},
      },
    );
    const found = (await source.discover?.()) ?? [];
    expect(found.map(({ workload, metrics }) => [workloadLabel(workload), ...metrics])).toEqual([
      ['shop/web', 'cpu_cores', 'memory_bytes'],
      ['shop/web/web', 'cpu_cores', 'memory_bytes'],
    ]);
    const metrics = await source.listMetrics?.({ limit: 10 });
    expect(metrics?.map(({ name }) => name)).toEqual([
      'container_cpu_usage_seconds_total',
      'container_memory_working_set_bytes',
    ]);
  });

  it('says which query the server does not understand, and reads the others', async () => {
    const source = await open({
      presets: [],
      queries: [
        { name: 'broken', query: 'sum(' },
        { name: 'memory_bytes', query: MEMORY },
      ],
    });
    const sweep = await source.sweep?.({ range: { from: START, to: addMs(START, HOUR) } });
    expect(sweep?.problems).toMatchObject([
      { metric: 'broken', reason: expect.stringContaining('cannot execute the query') },
    ]);
    expect(sweep?.workloads[0]?.collected.observations).toHaveLength(120);
    expect(sweep?.through).toBe(addMs(START, HOUR));
  });
});
