import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from '@jest/globals';
import { MAX_ATTEMPTS } from '#adapters/sources/cloudwatch-pages.ts';
import type { CloudWatchWorkload } from '#adapters/sources/cloudwatch-reads.ts';
import type { MetricSource } from '#app/ports/metric-source.ts';
import { CloudWatchMappingSchema } from '#contracts/config/cloudwatch.ts';
import { metricsRequested } from '#core/cost/metrics-requested.ts';
import { addMs, durationMs, epochMs, MINUTE } from '#core/time.ts';
import { type Breakage, collectCycles } from '#test/helpers/collect-cycles.ts';
import { at } from '#test/helpers/memory-services.ts';

const START = at('2026-03-02T12:02:00Z');
const FIVE = durationMs(5 * MINUTE);
/** The first period of the hour that is read before the start. */
const FIRST = at('2026-03-02T11:05:00Z');

const ecs = (service: string): CloudWatchWorkload => {
  const dimensions = { ServiceName: service };
  const metric = { namespace: 'ECS/ContainerInsights', dimensions };
  return {
    metrics: CloudWatchMappingSchema.parse({
      cpu_utilization: {
        expression: 'used / reserved',
        inputs: {
          used: { ...metric, metric_name: 'CpuUtilized', stat: 'Sum' },
          reserved: { ...metric, metric_name: 'CpuReserved', stat: 'Sum' },
        },
      },
      request_rate: { ...metric, metric_name: 'Requests', stat: 'Sum', per_second: true },
    }),
  };
};
const WORKLOADS = new Map(
  ['web', 'api', 'jobs'].map((name) => [`default#ecs#${name}#*`, ecs(name)]),
);

/** Every value differs, and is exact in seven digits; `jobs` was quiet in every fourth period. */
function truth(metric: string, start: number): number | undefined {
  const index = start / FIVE;
  if (metric.includes('jobs') && index % 4 === 0) return undefined;
  if (metric.includes('CpuReserved')) return 1_024;
  if (metric.includes('CpuUtilized')) return index % 1_024;
  return 300 * (index % 997) + (metric.includes('api') ? 300 : 0);
}

/** What must be stored of a series at the end: the truth, and nothing where there was none. */
function expected(service: string, metric: string, settled: number): Map<number, number> {
  const values = new Map<number, number>();
  for (let start: number = FIRST; start < settled; start += FIVE) {
    const index = start / FIVE;
    if (service === 'jobs' && index % 4 === 0) continue;
    // used / reserved; and the sum of 300 seconds by 300.
    const rate = (index % 997) + (service === 'api' ? 1 : 0);
    values.set(start, metric === 'cpu_utilization' ? (index % 1_024) / 1_024 : rate);
  }
  return values;
}

/**
 * Rounds against a service that pages by 25 points, converges late, throttles every fifth
 * request and leaves the older data out in every third round; then, for the last rounds, it behaves.
 */
async function ordeal(broken?: Breakage): Promise<readonly string[]> {
  const collecting = await collectCycles({
    workloads: WORKLOADS,
    from: START,
    rounds: 14,
    service: {
      truth,
      convergesMs: 8 * MINUTE,
      pagePoints: 25,
      throttles: (request) => request % 5 === 0 && request < 60,
      // In every third round, the first among them.
      isPartial: (now) => ((now - START) / FIVE) % 3 === 0 && now < START + 10 * FIVE,
    },
    ...(broken && { broken }),
  });
  const wrong: string[] = [];
  const names = [...WORKLOADS.keys()].flatMap((key) =>
    ['cpu_utilization', 'request_rate'].map((metric) => [key, metric] as const),
  );
  for (const [key, metric] of names) {
    const want = expected(key.split('#')[2] ?? '', metric, collecting.settled);
    const columns = [...collecting.stored].filter(([name]) => name.startsWith(`${key} ${metric} `));
    if (columns.length !== 1) wrong.push(`${key} ${metric} is stored ${columns.length} times`);
    const got = columns[0]?.[1] ?? new Map<number, number>();
    for (const [start, value] of want) {
      const stored = got.get(start);
      if (stored === undefined) wrong.push(`${key} ${metric} lost ${start}`);
      else if (Math.abs(stored - value) > 1e-6 * Math.abs(value)) {
        wrong.push(`${key} ${metric} has ${stored} instead of ${value} at ${start}`);
      }
    }
    for (const start of got.keys()) {
      if (start < collecting.settled && !want.has(start)) wrong.push(`${key} invented ${start}`);
    }
  }
  if (collecting.counted !== collecting.billed) {
    wrong.push(`${collecting.counted} metrics were counted, ${collecting.billed} were billed`);
  }
  return wrong;
}

/** Metrics of one round: three workloads of a ratio (two metrics) and a rate. */
const METRICS_A_ROUND = 9;

describe('the CloudWatch collector', () => {
  it('loses and doubles nothing, whatever the service does, and counts what is billed', async () => {
    expect(await ordeal()).toEqual([]);
  });

  it.each<[string, Breakage]>([
    ['does not follow pages', { client: answering((page) => ({ ...page, NextToken: undefined })) }],
    ['takes PartialData for all there is', { client: answering(asComplete) }],
    ['counts a second read as more data', { source: underNewNames }],
    ['never reads converging points again', { source: withoutRereading }],
    ['retries without saying so', { client: retryingForEver }],
  ])('one that %s is caught', async (_, broken) => {
    expect(await ordeal(broken)).not.toEqual([]);
  });

  it('requests exactly the metrics of the plan, in one call a round', async () => {
    const rounds = 12;
    const { counted, billed, calls, failures } = await collectCycles({
      workloads: WORKLOADS,
      from: START,
      rounds,
      service: { truth },
    });
    const series = [...WORKLOADS.keys()].flatMap(() => [
      { inputs: 2, interval: FIVE },
      { inputs: 1, interval: FIVE },
    ]);
    const planned = metricsRequested(series, durationMs(rounds * FIVE));
    expect(planned).toBe(METRICS_A_ROUND * rounds);
    expect({ counted, billed, failures }).toEqual({
      counted: planned,
      billed: planned,
      failures: 0,
    });
    // Two queries of inputs, one of the ratio and one of the rate, of three workloads.
    expect(calls).toEqual(Array.from({ length: rounds }, () => 12));
  });

  it('tries a throttled call a few times, and what was not read is read later', async () => {
    const { requests, failures, counted, billed, stored, settled } = await collectCycles({
      workloads: WORKLOADS,
      from: START,
      rounds: 6,
      service: { truth, throttles: (request) => request <= 3 * MAX_ATTEMPTS },
    });
    expect(failures).toBe(3 * WORKLOADS.size);
    expect(requests).toBe(3 * MAX_ATTEMPTS + 3);
    // What was throttled was never billed, and is not counted either.
    expect([counted, billed]).toEqual([3 * METRICS_A_ROUND, 3 * METRICS_A_ROUND]);
    const web = stored.get('default#ecs#web#* request_rate cloudwatch') ?? new Map();
    const whole = [...web].filter(([start]) => start < settled);
    expect(new Map(whole)).toEqual(expected('web', 'request_rate', settled));
  });

  it('stops at the budget, and reads on where it stood in the month after', async () => {
    const nearlyMarch = epochMs(at('2026-03-01T00:00:00Z') - 4 * FIVE);
    // Two rounds of nine metrics are within 18 of them: 0.00018 dollars.
    const { counted, billed, stored, settled } = await collectCycles({
      workloads: WORKLOADS,
      from: nearlyMarch,
      rounds: 6,
      service: { truth },
      budgetUsd: 0.000_18,
    });
    // Two rounds in February, two refused, two in March; the ledger asked is March's.
    expect([counted, billed]).toEqual([2 * METRICS_A_ROUND, 4 * METRICS_A_ROUND]);
    const web = stored.get('default#ecs#web#* request_rate cloudwatch') ?? new Map();
    const times = [...web.keys()].filter((start) => start < settled).sort((a, b) => a - b);
    expect(times).toHaveLength((settled - addMs(nearlyMarch, MINUTE, -60)) / FIVE);
  });
});

/** A client whose answers are changed on their way. */
function answering<T extends object>(
  change: (page: Record<string, unknown>) => T,
): (client: CloudWatchClient) => CloudWatchClient {
  return (client) => sendingBy(client, async (send) => change({ ...Object(await send()) }));
}

function asComplete(page: Record<string, unknown>): Record<string, unknown> {
  const results = Array.isArray(page.MetricDataResults) ? page.MetricDataResults : [];
  return {
    ...page,
    MetricDataResults: results.map((result) => ({ ...result, StatusCode: 'Complete' })),
  };
}

/** Three tries of a call that is counted once. */
function retryingForEver(client: CloudWatchClient): CloudWatchClient {
  return sendingBy(client, async (send) => {
    const [first] = await Promise.all(Array.from({ length: 3 }, async () => send()));
    return first;
  });
}

function sendingBy(
  client: CloudWatchClient,
  by: (send: () => Promise<unknown>) => Promise<unknown>,
): CloudWatchClient {
  return new Proxy(client, {
    get: (target, name) =>
      name === 'send'
        ? (command: Parameters<CloudWatchClient['send']>[0]) => by(async () => target.send(command))
        : Reflect.get(target, name),
  });
}

/** Each read under a name of its own, so that none replaces another. */
function underNewNames(source: MetricSource): MetricSource {
  let reads = 0;
  return {
    ...source,
    async collectAll(requests) {
      reads++;
      const answers = (await source.collectAll?.(requests)) ?? [];
      return answers.map((answer) => {
        if ('error' in answer) return answer;
        const observations = answer.collected.observations.map((observation) => ({
          ...observation,
          source: `cloudwatch-${reads}`,
        }));
        return { collected: { ...answer.collected, observations } };
      });
    },
  };
}

/** Asks for what is newer than the last read alone. */
function withoutRereading(source: MetricSource): MetricSource {
  return {
    ...source,
    collectAll: async (requests) =>
      (await source.collectAll?.(
        requests.map(({ since, ...request }) => {
          const from = epochMs(request.range.to - 2 * FIVE);
          return since?.size ? { ...request, range: { ...request.range, from } } : request;
        }),
      )) ?? [],
  };
}
