import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { createArtifactStore } from '#adapters/artifact-store.ts';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createMemoryObjectStore } from '#adapters/local/memory-object-store.ts';
import { createMemoryObservationStore } from '#adapters/local/memory-observation-store.ts';
import { collect } from '#app/scheduled/collect.ts';
import { createServices } from '#app/services.ts';
import { residualDetector } from '#core/detect/residual.ts';
import { serviceDetector } from '#core/detect/service.ts';
import { createStreaming } from '#core/detect/streaming.ts';
import { median, quantile } from '#core/math/statistics.ts';
import { type Frame, sliceFrame } from '#core/series/frame.ts';
import { simulateWebshop } from '#core/simulate/webshop.ts';
import { WEBSHOP_STEP } from '#core/simulate/webshop-parameters.ts';
import { addMs, DAY, epochMs, toIso } from '#core/time.ts';
import { workloadId, workloadKey } from '#core/workload.ts';
import { createHandler } from '#functions/detect/handler.ts';

const START = epochMs(Date.UTC(2026, 0, 5));
const WEBSHOP = workloadId({ namespace: 'sample', deployment: 'webshop' });

export interface DetectBenchOptions {
  /** Days of history that detectors learn from, and that are streamed. */
  readonly days: number;
  /** Times they are streamed. */
  readonly rounds: number;
  /** Points of each of the seven metrics in a request. */
  readonly points: number;
  /** Requests that are timed, after `warmUp` others: a server answers many. */
  readonly requests: number;
  readonly warmUp: number;
  readonly print: (line: string) => void;
}

const FULL: DetectBenchOptions = {
  days: 28,
  rounds: 20,
  points: 2_016,
  requests: 101,
  warmUp: 20,
  print: console.log,
};

/** How fast a point is taken in by the streaming detector, and a request of a week is judged. */
export async function run(options: DetectBenchOptions = FULL): Promise<void> {
  const { days, rounds, points, requests, warmUp, print } = options;
  const steps = (days * DAY) / WEBSHOP_STEP;
  const { frame } = simulateWebshop({ seed: 1, start: START, steps: steps + points });
  print('detect: the streaming detector, one metric, the median of several rounds\n');
  print(`  ${(1_000 * streamed(frame, rounds)).toFixed(1)} µs a point`);
  const week = sliceFrame(frame, steps, steps + points);
  const services = await servicesOf(frame, steps);
  const learned = learn(frame, steps);
  const handlers = [
    { name: 'no workload named', deps: services, workload: {} },
    {
      name: 'judged by trained detectors',
      deps: { ...services, detectorsOf: async () => learned },
      workload: { namespace: 'sample', deployment: 'webshop' },
    },
  ];
  print(`\ndetect: ${frame.series.size} metrics × ${points} points in the body, in process\n`);
  for (const { name, deps, workload } of handlers) {
    const handler = createHandler(deps, { info: () => {}, error: () => {} });
    const event = requestOf(week, workload);
    const times: number[] = [];
    for (let i = -warmUp; i < requests; i++) {
      const started = performance.now();
      const { statusCode } = await handler(event, { awsRequestId: 'bench' } as Context);
      if (i >= 0) times.push(performance.now() - started);
      if (statusCode !== 200) throw new Error(`the handler answered ${statusCode}`);
    }
    const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
    print(`  ${name.padEnd(28)} p50 ${p50.toFixed(1)} ms   p99 ${p99.toFixed(1)} ms`);
  }
}

/** Milliseconds a point. */
function streamed(frame: Frame, rounds: number): number {
  const values = frame.series.get('cpu_utilization')?.values ?? new Float64Array();
  const times = Array.from({ length: rounds }, () => {
    const detector = createStreaming({ step: frame.step });
    const started = performance.now();
    for (let i = 0; i < values.length; i++) {
      detector.step(addMs(frame.start, frame.step, i), values[i] ?? Number.NaN);
    }
    return (performance.now() - started) / values.length;
  });
  return median(times);
}

async function servicesOf(frame: Frame, steps: number) {
  const objects = createMemoryObjectStore();
  const stores = {
    observations: createMemoryObservationStore(),
    catalog: createMemoryCatalogStore(),
    objects,
    artifacts: createArtifactStore(objects),
  };
  const now = addMs(frame.start, frame.step, frame.length);
  const services = createServices(stores, { now: () => now });
  const observations = [...frame.series].flatMap(([metric, { values }]) =>
    Array.from(values.subarray(0, steps), (value, i) => {
      const at = addMs(frame.start, frame.step, i);
      return { metric, at, value, source: 'simulator', asOf: at };
    }),
  );
  await collect(services, workloadKey(WEBSHOP), {
    source: {
      name: 'simulator',
      collect: async () => ({ step: frame.step, observations, counters: [], problems: [] }),
    },
    metrics: [],
    gridStep: WEBSHOP_STEP,
    since: frame.start,
  });
  return services;
}

function learn(frame: Frame, steps: number) {
  const known = sliceFrame(frame, 0, steps);
  return {
    version: 'bench',
    trainedAt: addMs(frame.start, frame.step, steps),
    step: frame.step,
    residual: residualDetector().fit(known),
    service: serviceDetector().fit(known),
    leftOut: [],
  };
}

function requestOf(frame: Frame, workload: object): APIGatewayProxyEventV2 {
  const metrics = Object.fromEntries(
    [...frame.series].map(([metric, { values }]) => [
      metric,
      Array.from(values, (value, i) => ({
        timestamp: toIso(addMs(frame.start, frame.step, i)),
        value,
      })),
    ]),
  );
  return {
    routeKey: 'POST /api/v1/detect',
    body: JSON.stringify({ ...workload, metrics }),
    requestContext: { requestId: 'bench' },
  } as APIGatewayProxyEventV2;
}
