import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { Bench } from 'tinybench';
import { RecommendResponseSchema } from '#contracts/http/recommend.ts';
import { decide } from '#core/recommend/decide.ts';
import { DEFAULT_POLICY } from '#core/recommend/policy.ts';
import { addMs, DAY, durationMs, type epochMs, HOUR } from '#core/time.ts';
import { createHandler } from '#functions/recommend/handler.ts';
import { SHOP_START, trainedShop } from './trained-shop.ts';

export interface RecommendBenchOptions {
  /** Days of history that the model is trained on. */
  readonly days: number;
  /** Collected and trained. */
  readonly metrics: readonly string[];
  /** How long each is measured. */
  readonly timeMs: number;
  readonly print: (line: string) => void;
}

const FULL: RecommendBenchOptions = {
  days: 28,
  metrics: ['cpu_utilization', 'request_rate', 'memory_bytes'],
  timeMs: 2_000,
  print: console.log,
};

/** How fast a recommendation is answered on a warm model, and one decision alone. */
export async function run(options: RecommendBenchOptions = FULL): Promise<void> {
  const { days, metrics, timeMs, print } = options;
  const now = addMs(SHOP_START, DAY, days);
  const services = await trainedShop(now, metrics);
  const handler = createHandler(services, { info: () => {}, error: () => {} });
  const request = { namespace: 'sample', deployment: 'webshop', current_replicas: 4 };
  const event = {
    routeKey: 'POST /api/v1/recommend',
    body: JSON.stringify(request),
    requestContext: { requestId: 'bench' },
  } as APIGatewayProxyEventV2;
  const context = { awsRequestId: 'bench' } as Context;
  const answer = await handler(event, context);
  const [first] = RecommendResponseSchema.parse(JSON.parse(answer.body ?? '')).recommendations;
  print(`recommend: replicas and size, in process, stores in memory (${first?.decision} here)\n`);
  const input = decisionInput(now);
  const bench = new Bench({ time: timeMs, warmupTime: timeMs / 7 })
    .add('decide alone', () => {
      decide(input);
    })
    .add('recommend handler', async () => {
      const { statusCode } = await handler(event, context);
      if (statusCode !== 200) throw new Error(`the handler answered ${statusCode}`);
    });
  await bench.run();
  for (const { name, result } of bench.tasks) {
    if (result.state !== 'completed') throw new Error(`${name} did not complete: ${result.state}`);
    const { p50, p99 } = result.latency;
    print(`  ${name.padEnd(20)} p50 ${p50.toFixed(4)} ms   p99 ${p99.toFixed(4)} ms`);
  }
}

function decisionInput(now: ReturnType<typeof epochMs>) {
  const values = new Float64Array(24).fill(9);
  return {
    policy: DEFAULT_POLICY,
    now,
    currentReplicas: 10,
    measured: { at: now, utilization: 0.5, replicas: 10, highestLoad: 5 },
    capacity: { perReplica: 1, idle: 0 },
    forecast: {
      cutoff: addMs(now, durationMs(300_000), -1),
      step: durationMs(300_000),
      validUntil: addMs(now, HOUR),
      point: values,
      quantiles: [{ q: 0.9, values }],
    },
    doubts: [],
    state: undefined,
  };
}
