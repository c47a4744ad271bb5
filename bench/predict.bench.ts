import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { Bench } from 'tinybench';
import type { Services } from '#app/services.ts';
import { modelOfBundle } from '#app/serving/model-of-bundle.ts';
import type { FittedForecaster } from '#core/forecast/forecaster.ts';
import { addMs, DAY } from '#core/time.ts';
import { workloadKey } from '#core/workload.ts';
import { createHandler } from '#functions/predict/handler.ts';
import { bundleFunction } from '#lib/constructs/bundling.ts';
import { functionEntry } from '#lib/constructs/project.ts';
import { SHOP, SHOP_START, trainedShop } from './trained-shop.ts';

const METRIC = 'cpu_utilization';

export interface PredictBenchOptions {
  /** Days of history that the model is trained on. */
  readonly days: number;
  /** How long the warm handler is measured. */
  readonly timeMs: number;
  /** Fresh processes that import the bundle. */
  readonly coldStarts: number;
  readonly print: (line: string) => void;
}

const FULL: PredictBenchOptions = {
  days: 28,
  timeMs: 2_000,
  coldStarts: 7,
  print: console.log,
};

/** How fast a forecast is answered on a warm model, and what a cold start of the function costs. */
export async function run(options: PredictBenchOptions = FULL): Promise<void> {
  const { print } = options;
  print('predict: 12 steps of one metric on a warm model, in process, stores in memory\n');
  await warm(options);
  print('\npredict: cold start of its bundle, in a fresh process each time\n');
  await cold(options);
}

async function warm({ days, timeMs, print }: PredictBenchOptions): Promise<void> {
  const services = await trainedShop(addMs(SHOP_START, DAY, days), [METRIC]);
  const handler = createHandler(services, { info: () => {}, error: () => {} });
  const event = {
    routeKey: 'POST /api/v1/predict',
    body: JSON.stringify({ namespace: 'sample', deployment: 'webshop', metric: METRIC }),
    requestContext: { requestId: 'bench' },
  } as APIGatewayProxyEventV2;
  const context = { awsRequestId: 'bench' } as Context;
  const model = await championModel(services);
  const bench = new Bench({ time: timeMs, warmupTime: timeMs / 7 })
    .add('restore and predict alone', () => {
      model().predict({ horizon: 12 });
    })
    .add('predict handler', async () => {
      const { statusCode } = await handler(event, context);
      if (statusCode !== 200) throw new Error(`the handler answered ${statusCode}`);
    });
  await bench.run();
  const rows = bench.tasks.map(({ name, result }) => {
    if (result.state !== 'completed') throw new Error(`${name} did not complete: ${result.state}`);
    return { name, p50: result.latency.p50, p99: result.latency.p99 };
  });
  const [reference] = rows;
  for (const { name, p50, p99 } of rows) {
    const ratio = p50 / (reference?.p50 ?? p50);
    print(
      `  ${name.padEnd(26)} p50 ${p50.toFixed(3)} ms   p99 ${p99.toFixed(3)} ms   × ${ratio.toFixed(1)}`,
    );
  }
}

async function championModel(services: Services): Promise<() => FittedForecaster> {
  const subject = { workload: workloadKey(SHOP), metric: METRIC };
  const pointer = await services.registry.pointer(subject);
  const version = await services.registry.version(subject, pointer?.latest ?? '');
  if (!version) throw new Error('the bench workload has no model');
  const { bundle, pools } = await services.bundles(version);
  return () => modelOfBundle(bundle, bundle.serves, pools);
}

async function cold({ coldStarts, print }: PredictBenchOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'helios-bench-'));
  try {
    const { file, startBytes, lazyBytes } = bundleFunction(functionEntry('predict'), folder);
    const empty = join(folder, 'empty.mjs');
    writeFileSync(empty, 'export {};\n');
    const reference = median(times(empty, coldStarts));
    const own = median(times(file, coldStarts));
    print(
      `  bundle   ${kilobytes(startBytes)} kB at the start, ${kilobytes(lazyBytes)} kB when needed`,
    );
    print(
      `  import   ${own.toFixed(1)} ms, an empty module ${reference.toFixed(1)} ms   × ${(own / reference).toFixed(0)}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function kilobytes(bytes: number): string {
  return (bytes / 1_000).toFixed(0);
}

/** Milliseconds that `import()` of a file takes in a fresh process. */
function times(file: string, count: number): number[] {
  const script = `const start = performance.now();
    await import(${JSON.stringify(pathToFileURL(file).href)});
    console.log(performance.now() - start);`;
  return Array.from({ length: count }, () => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--input-type=module', '--eval', script],
      {
        encoding: 'utf8',
        env: {
          OBSERVATIONS_TABLE_NAME: 'observations',
          CATALOG_TABLE_NAME: 'catalog',
          OBJECTS_URL: 's3://bench-bucket',
          AWS_REGION: 'eu-central-1',
          AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        },
      },
    );
    if (status !== 0) throw new Error(`the bundle does not load: ${stderr}`);
    return Number(stdout);
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
