import { fork } from 'node:child_process';
import * as z from 'zod';
import { createArtifactStore } from '#adapters/artifact-store.ts';
import { ensureTables } from '#adapters/aws/create-tables.ts';
import { createDynamoCatalogStore } from '#adapters/aws/dynamo-catalog-store.ts';
import { createDynamoClient } from '#adapters/aws/dynamo-client.ts';
import { createDynamoObservationStore } from '#adapters/aws/dynamo-observation-store.ts';
import type { DynamoClient } from '#adapters/aws/dynamo-operations.ts';
import { emfMetrics } from '#adapters/lambda/emf-metrics.ts';
import { startDynalite } from '#adapters/local/dynalite-server.ts';
import { createMemoryObjectStore } from '#adapters/local/memory-object-store.ts';
import { simulatorSource } from '#adapters/sources/simulator-source.ts';
import type { ObjectStore } from '#app/ports/object-store.ts';
import { collect } from '#app/scheduled/collect.ts';
import { rollUp } from '#app/scheduled/roll-up.ts';
import { score } from '#app/scheduled/score.ts';
import { createServices } from '#app/services.ts';
import { predict } from '#app/serving/predict.ts';
import { PredictRequestSchema } from '#contracts/http/predict.ts';
import { WEBSHOP_METRICS } from '#core/simulate/webshop-parameters.ts';
import { DAY, durationMs, type EpochMs, epochMs, MINUTE } from '#core/time.ts';
import { workloadId, workloadKey } from '#core/workload.ts';
import { prophetFromOptions } from '#engines/prophet/from-options.ts';
import { xgboostPool } from '#engines/xgboost/pool.ts';
import { reconstruction } from '#engines/xgboost/reconstruction.ts';
import { TEST_ENGINES } from '#test/helpers/engines.ts';
import { settableClock } from '#test/helpers/memory-services.ts';
import { runPipeline, taskHandlers } from '#test/helpers/run-pipeline.ts';

/**
 * What one workload makes Helios do: CPU time, calls and DynamoDB units of each function, by the number
 * of metrics. `src/core/cost/unit-work.ts` holds what it printed.
 *
 *   node --import tsx bench/unit-work.ts 1 7
 *
 * DynamoDB is dynalite in a process of its own, which counts capacity units as DynamoDB bills them.
 */
const START = epochMs(Date.UTC(2026, 2, 2));
const HISTORY_DAYS = 28;
const SCORES = 24;
const LISTED = 199;

const UsedSchema = z.object({ CapacityUnits: z.number() });
const AnsweredSchema = z.object({
  ConsumedCapacity: z.union([UsedSchema, z.array(UsedSchema)]).optional(),
});

if (process.argv[2] === 'dynalite') {
  const server = await startDynalite({});
  process.send?.(server.endpoint);
} else {
  const counts = process.argv.slice(2).map(Number);
  const child = fork(new URL(import.meta.url), ['dynalite'], { execArgv: process.execArgv });
  const endpoint = await new Promise<string>((done) =>
    child.once('message', (m) => done(String(m))),
  );
  for (const metrics of counts.length > 0 ? counts : [1, 7]) await measure(endpoint, metrics);
  child.kill();
}

interface Tally {
  runs: number;
  cpuMs: number;
  reads: number;
  writes: number;
  dynamoCalls: number;
  gets: number;
  puts: number;
  putBytes: number;
  logBytes: number;
}

async function measure(endpoint: string, metricCount: number): Promise<void> {
  const names = { observations: `observations-${metricCount}`, catalog: `catalog-${metricCount}` };
  const metrics = WEBSHOP_METRICS.slice(0, metricCount);
  const client = createDynamoClient({ endpoint });
  await ensureTables(client, names);
  const tallies = new Map<string, Tally>();
  let current: Tally = emptyTally();

  const counting: DynamoClient = {
    async send(operation, input) {
      const asked = { ...input, ReturnConsumedCapacity: 'TOTAL' };
      const output = await client.send(operation, asked as typeof input);
      const { ConsumedCapacity: used } = AnsweredSchema.parse(output);
      const units = [used].flat().reduce((sum, each) => sum + (each?.CapacityUnits ?? 0), 0);
      current.dynamoCalls++;
      if (/^(Get|Query|BatchGet)/.test(operation)) current.reads += units;
      else current.writes += units;
      return output;
    },
  };

  const memory = createMemoryObjectStore();
  const objects: ObjectStore = {
    ...memory,
    get: async (key, options) => {
      current.gets++;
      return memory.get(key, options);
    },
    put: async (key, bytes, options) => {
      current.puts++;
      current.putBytes += bytes.length;
      return memory.put(key, bytes, options);
    },
  };
  const clock = settableClock(epochMs(START + HISTORY_DAYS * DAY));
  const services = {
    ...createServices(
      {
        observations: createDynamoObservationStore({ client: counting, table: names.observations }),
        catalog: createDynamoCatalogStore({ client: counting, table: names.catalog }),
        objects,
        artifacts: createArtifactStore(objects),
      },
      clock,
    ),
    ...TEST_ENGINES,
    prophet: prophetFromOptions,
    pooled: xgboostPool,
    reconstruction: reconstruction(),
    clock,
    settings: {
      windowDays: 28,
      minimumImprovement: 0.05,
      recurrentNightly: false,
      codeVersion: 'bench',
    },
  };

  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const tally = tallies.get(name) ?? emptyTally();
    tallies.set(name, tally);
    current = tally;
    const before = process.cpuUsage();
    try {
      return await work();
    } finally {
      const { user, system } = process.cpuUsage(before);
      tally.cpuMs += (user + system) / 1_000;
      tally.runs++;
    }
  };

  const id = workloadId({ deployment: 'shop' });
  const key = workloadKey(id);
  const source = simulatorSource({ seed: 7, start: START });
  const collectPlan = { source, metrics, since: START };
  await timed('backfill', () => collect(services, key, collectPlan));
  for (let day = 0; day < HISTORY_DAYS; day++) {
    await timed('roll-up of history', () => rollUp(services, key, epochMs(START + day * DAY)));
  }
  const handlers = taskHandlers(services as never);
  const train = async (runId: string) => {
    const wrapped = Object.fromEntries(
      Object.entries(handlers).map(([name, handler]) => [
        name,
        (input: unknown, options: never) =>
          timed(
            `${runId} ${name}${name === 'fit-boosting' && !('workload' in (input as object)) ? ' (pools)' : ''}`,
            () => handler(input, options),
          ),
      ]),
    );
    const result = await runPipeline(services as never, {
      runId,
      trigger: 'request',
      handlers: serialised(wrapped) as never,
    });
    if (result.status === 'FAILED') throw new Error(`${result.error}: ${result.cause}`);
  };
  await train('first');
  const training = {
    ...services,
    executions: { start: async () => 'started' as const },
    newSuffix: () => 'a1',
  };
  const emf = emfMetrics((line) => {
    current.logBytes += line.length;
  });
  let now: EpochMs = clock.now();
  for (let i = 0; i < SCORES; i++) {
    now = epochMs(now + 5 * MINUTE);
    clock.set(now);
    await timed('collect', () => collect(services, key, { source, metrics }));
    await timed('score', () => score({ ...services, training, metrics: emf } as never, key));
  }
  await timed('roll-up', () => rollUp(services, key, now));
  await timed('roll-up', () => rollUp(services, key, epochMs(now - DAY)));
  for (let i = 0; i < 5; i++) {
    const request = PredictRequestSchema.parse({ ...id, metric: metrics[0], periods: 12 });
    await timed('predict', () => predict(services, request));
  }
  clock.set(epochMs(now + durationMs(DAY)));
  await collect(services, key, { source, metrics });
  await train('second');

  for (let i = 0; i < LISTED; i++) {
    await services.directory.note(workloadId({ deployment: `service-${i}` }), {
      source: 'cloudwatch',
      step: durationMs(5 * MINUTE),
      metrics: new Map(
        metrics.map((metric) => [metric, { counter: false, firstSeen: START, lastSeen: now }]),
      ),
    });
  }
  await timed(`dispatch, ${LISTED + 1} workloads`, () => services.directory.list());

  console.log(`\n${metricCount} metrics, per run`);
  console.table(
    Object.fromEntries(
      [...tallies].map(([name, tally]) => [
        name,
        Object.fromEntries(
          Object.entries(tally).map(([field, value]) => [
            field,
            field === 'runs' ? value : Math.round((value / tally.runs) * 10) / 10,
          ]),
        ),
      ]),
    ),
  );
  const items = new Map<string, { items: number; bytes: number }>();
  let after: Record<string, unknown> | undefined;
  do {
    const page = await client.send('Scan', {
      TableName: names.catalog,
      ...(after === undefined ? {} : { ExclusiveStartKey: after }),
    });
    for (const item of page.Items ?? []) {
      const kind = String(item.pk).split('#')[0] ?? '';
      const known = items.get(kind) ?? { items: 0, bytes: 0 };
      items.set(kind, { items: known.items + 1, bytes: known.bytes + itemBytes(item) });
    }
    after = page.LastEvaluatedKey;
  } while (after);
  console.table(Object.fromEntries(items));
  const stored = await memory.list('');
  const sizes = new Map<string, number>();
  for (const name of stored) {
    const prefix = name.split('/')[0] ?? '';
    sizes.set(prefix, (sizes.get(prefix) ?? 0) + ((await memory.get(name))?.length ?? 0));
  }
  console.log('objects', Object.fromEntries(sizes));
}

/** Names and values as DynamoDB counts them, without the 100 bytes a stored item has besides. */
function itemBytes(item: Readonly<Record<string, unknown>>): number {
  return Object.entries(item).reduce((sum, [name, value]) => {
    const bytes =
      value instanceof Uint8Array
        ? value.length
        : typeof value === 'number'
          ? Math.ceil(String(value).length / 2) + 1
          : Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value));
    return sum + name.length + bytes;
  }, 0);
}

/** The branches of the fit one after the other, so that each is measured alone. */
function serialised(
  handlers: Record<string, (input: unknown, options: never) => Promise<unknown>>,
): typeof handlers {
  let last: Promise<unknown> = Promise.resolve();
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => [
      name,
      (input: unknown, options: never) => {
        const next = last.then(() => handler(input, options));
        last = next.catch(() => {});
        return next;
      },
    ]),
  );
}

function emptyTally(): Tally {
  return {
    runs: 0,
    cpuMs: 0,
    reads: 0,
    writes: 0,
    dynamoCalls: 0,
    gets: 0,
    puts: 0,
    putBytes: 0,
    logBytes: 0,
  };
}
