import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { createArtifactStore } from '#adapters/artifact-store.ts';
import { ensureTables } from '#adapters/aws/create-tables.ts';
import { createDynamoCatalogStore } from '#adapters/aws/dynamo-catalog-store.ts';
import { createDynamoClient } from '#adapters/aws/dynamo-client.ts';
import { createDynamoObservationStore } from '#adapters/aws/dynamo-observation-store.ts';
import type { ObjectStore } from '#app/ports/object-store.ts';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { type WorkloadItem, WorkloadItemSchema } from '#contracts/tasks/items.ts';
import { bundleFunction } from '#lib/constructs/bundling.ts';
import { functionEntry, PROJECT_ROOT } from '#lib/constructs/project.ts';
import { feed } from '#test/helpers/feed.ts';
import {
  CPU,
  itemOfFirstTraining,
  SHAPE,
  START,
  STORED_HOURS,
  storesOfFirstTraining,
} from '#test/helpers/first-training.ts';
import { openIncidentAt } from '#test/helpers/incidents.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';
import { recommendationOf } from '#test/helpers/recommendations.ts';
import { storeSampleKeys } from '#test/helpers/sample-keys.ts';
import { type BundleReply, startBundle } from './bundle-process.ts';
import { type AwsCall, type FakeAws, startFakeAws } from './fake-aws.ts';

const EVENTS = join(PROJECT_ROOT, 'events');
const BUCKET = 'objects';
/** The time of the sample events. */
const NOW = at('2026-03-05T00:00:00Z');

/** What the samples are configured with: the workload that `collect` reads, the target of `actuate`. */
const CONFIG = HeliosConfigSchema.parse({
  authentication: { keys: { enabled: true } },
  workloads: [
    {
      deployment: 'orders',
      namespace: 'prod',
      metrics: {
        cpu_utilization: {
          namespace: 'AWS/ECS',
          metric_name: 'CPUUtilization',
          dimensions: { ServiceName: 'orders' },
          stat: 'Average',
          scale: 0.01,
        },
      },
    },
  ],
  actuation: {
    enabled: true,
    targets: [{ deployment: 'web', namespace: 'shop', resource_id: 'service/shop/web' }],
  },
});

const ExpectedSchema = z.record(
  z.string(),
  z.looseObject({ status: z.number().optional(), error: z.string().optional() }),
);
const HttpReplySchema = z.object({ statusCode: z.number(), body: z.string() });

/** What became of one sample event. */
export interface SampleOutcome {
  readonly sample: string;
  readonly event: unknown;
  /** A status, `error NAME`, or `output`; as `expected.json` has it. */
  readonly expected: string;
  readonly actual: string;
  readonly body: unknown;
  readonly calls: readonly AwsCall[];
}

/** Runs the sample events of functions from their bundles, over real adapters. */
export interface SampleRunner {
  run(name: string): Promise<readonly SampleOutcome[]>;
  close(): Promise<void>;
}

/** The samples of a function, by name. */
export function samplesOf(name: string): readonly string[] {
  return readdirSync(join(EVENTS, name))
    .filter((file) => file.endsWith('.json') && file !== 'expected.json')
    .map((file) => file.replace(/\.json$/, ''));
}

export async function createSampleRunner(): Promise<SampleRunner> {
  const place = mkdtempSync(join(tmpdir(), 'helios-samples-'));
  const config = join(place, 'helios.config.json');
  writeFileSync(config, JSON.stringify(CONFIG));
  const aws = await startFakeAws();
  const references = await itemOfFirstTraining();
  return {
    async run(name) {
      const { champion, tables } = await seed(aws, name);
      const { file } = bundleFunction(functionEntry(name), join(place, name));
      const env = { ...environment(aws.endpoint, config), ...tables };
      const bundle = await startBundle(file, env, NOW);
      const expected = ExpectedSchema.parse(
        JSON.parse(readFileSync(join(EVENTS, name, 'expected.json'), 'utf8')),
      );
      const outcomes: SampleOutcome[] = [];
      try {
        for (const sample of samplesOf(name)) {
          aws.takeCalls();
          const event = readEvent(name, sample, champion, references);
          const reply = await bundle.invoke(event);
          const { status, error } = expected[sample] ?? {};
          outcomes.push({
            sample,
            event,
            expected: status ? String(status) : error ? `error ${error}` : 'output',
            ...describeReply(reply),
            calls: aws.takeCalls(),
          });
        }
      } finally {
        bundle.close();
      }
      return outcomes;
    },
    async close() {
      await aws.close();
      rmSync(place, { recursive: true });
    },
  };
}

function describeReply(reply: BundleReply): { readonly actual: string; readonly body: unknown } {
  if ('error' in reply) return { actual: `error ${reply.error.name}`, body: reply.error.message };
  const http = HttpReplySchema.safeParse(reply.output).data;
  return http
    ? { actual: String(http.statusCode), body: http.body }
    : { actual: 'output', body: reply.output };
}

/** The variables of the template, with names of this machine, and where AWS is. */
function environment(endpoint: string, config: string): Readonly<Record<string, string>> {
  return {
    OBJECTS_URL: `s3://${BUCKET}`,
    COLLECT_QUEUE_URL: `${endpoint}/1/collect`,
    SCORE_QUEUE_URL: `${endpoint}/1/score`,
    STATE_MACHINE_ARN: 'arn:aws:states:eu-central-1:123456789012:stateMachine:runs',
    CONFIG_PATH: config,
    PAGE_BUCKET_NAME: BUCKET,
    PAGE_PATH: dirname(config),
    DYNAMODB_ENDPOINT: endpoint,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    // Where the numerics layer is on Lambda.
    NODE_PATH: join(PROJECT_ROOT, 'node_modules'),
  };
}

/** The event with what only the seeded data know filled in, as in the unit test of the samples. */
function readEvent(
  name: string,
  sample: string,
  champion: string,
  references: WorkloadItem,
): unknown {
  const text = readFileSync(join(EVENTS, name, `${sample}.json`), 'utf8');
  const event: unknown = JSON.parse(text.replaceAll('$CHAMPION', champion));
  const item = WorkloadItemSchema.safeParse(event).data;
  if (!item) return event;
  const filled = Object.entries(references).filter(([field]) =>
    Object(item)[field]?.key?.startsWith('runs/run-1/'),
  );
  return { ...item, ...Object.fromEntries(filled) };
}

/** Tables and objects of one function's own, as the unit test of the samples prepares its stores. */
async function seed(aws: FakeAws, name: string) {
  const names = { observations: `Observations-${name}`, catalog: `Catalog-${name}` };
  const client = createDynamoClient({ endpoint: aws.endpoint });
  await ensureTables(client, names);
  const source = await storesOfFirstTraining();
  const objects = bucketOf(aws);
  const stores = {
    observations: createDynamoObservationStore({ client, table: names.observations }),
    catalog: createDynamoCatalogStore({ client, table: names.catalog }),
    objects,
    artifacts: createArtifactStore(objects),
  };
  for (const partition of source.partitions) {
    for (const { id, data } of await source.catalog.list(partition)) {
      await stores.catalog.put({ partition, id }, data);
    }
  }
  for (const key of await source.objects.list('')) {
    await objects.put(key, (await source.objects.get(key)) ?? new Uint8Array());
  }
  const services = memoryServices(NOW, stores);
  await feed(services, { cpu: SHAPE.slice(0, STORED_HOURS) }, { start: START });
  await services.incidents.save(openIncidentAt(at('2026-03-04T20:00:00Z')));
  await storeSampleKeys(services.keys);
  const validity = { from: at('2026-03-04T23:55:00Z'), until: at('2026-03-05T00:20:00Z') };
  await services.recommendations.publish(recommendationOf(validity));
  const version = (await services.registry.pointer(CPU))?.champion;
  return {
    champion: `default~shop~web~*~cpu_utilization~${version}`,
    tables: {
      OBSERVATIONS_TABLE_NAME: names.observations,
      CATALOG_TABLE_NAME: names.catalog,
    },
  };
}

function bucketOf({ objects }: FakeAws): ObjectStore {
  return {
    async put(key, bytes) {
      objects.set(`${BUCKET}/${key}`, Buffer.from(bytes));
      return 'stored';
    },
    get: async (key) => objects.get(`${BUCKET}/${key}`),
    list: async () => [],
    delete: async () => undefined,
  };
}
