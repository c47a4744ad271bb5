import { beforeEach, describe, expect, it } from '@jest/globals';
import { AwsServiceError } from '#adapters/aws/aws-errors.ts';
import { createDynamoClient } from '#adapters/aws/dynamo-client.ts';
import { createDynamoObservationStore } from '#adapters/aws/dynamo-observation-store.ts';
import type { DynamoInput } from '#adapters/aws/dynamo-operations.ts';
import { packContent, revisionOf } from '#adapters/aws/item-payload.ts';
import { seededRandom } from '#core/math/random.ts';
import { addMs, durationMs, epochMs, HOUR } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import { fakeDynamo } from '#test/helpers/fake-dynamo.ts';

const STEP = durationMs(300_000);
const START = epochMs(1_793_577_600_000);
const WORKLOAD = workloadId({ deployment: 'webshop', namespace: 'sample' });
const SK = 'raw#000300000#001793577600000';
const OBSERVATION = { metric: 'm', source: 's', at: START, value: 1, asOf: START };
/** One register in slot 0: as-of at its start, seen 5 ms later. */
const CONTENT =
  '[1,[["m","s",[1,null,null,null,null,null,null,null,null,null,null,null],' +
  '[0,null,null,null,null,null,null,null,null,null,null,null],' +
  '[5,null,null,null,null,null,null,null,null,null,null,null]]]]';
const SEEN_AT = epochMs(START + 5);

const dynamo = fakeDynamo();
const slept: number[] = [];
const store = createDynamoObservationStore({
  client: dynamo.client,
  table: 'T',
  sleep: async (ms) => {
    slept.push(ms);
  },
  random: () => 0.5,
  maxAttempts: 4,
});

function stored(content: string, sk = SK) {
  return { pk: 'x', sk, data: packContent(content), rev: revisionOf(content), ttl: 1 };
}

function answerReads(...items: readonly object[]): void {
  dynamo.on('BatchGetItem', { Responses: { T: [...items] } });
}

function conflict(): AwsServiceError {
  const metadata = { httpStatusCode: 400, attempts: 1 };
  return new AwsServiceError('ConditionalCheckFailedException', 'no', metadata);
}

beforeEach(() => {
  dynamo.reset();
  slept.length = 0;
});

describe('a merge', () => {
  it('is one read and one conditional write an item', async () => {
    answerReads();
    dynamo.on('PutItem', {});
    await store.merge(WORKLOAD, STEP, [OBSERVATION], SEEN_AT);
    expect(dynamo.sent('BatchGetItem')).toEqual([
      {
        RequestItems: {
          T: { Keys: [{ pk: 'default#sample#webshop#*', sk: SK }], ConsistentRead: true },
        },
      },
    ]);
    expect(dynamo.sent('PutItem')).toEqual([
      {
        TableName: 'T',
        Item: {
          pk: 'default#sample#webshop#*',
          sk: SK,
          data: packContent(CONTENT),
          rev: revisionOf(CONTENT),
          // The item is full one hour after its start; 35 days are 3 024 000 s.
          ttl: 1_793_577_600 + 3_600 + 3_024_000,
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    ]);
  });

  it('writes over the revision it has read, and nothing when nothing changes', async () => {
    answerReads(stored(CONTENT));
    dynamo.on('PutItem', {});
    expect(await store.merge(WORKLOAD, STEP, [OBSERVATION], SEEN_AT)).toEqual(['duplicate']);
    expect(dynamo.sent('PutItem')).toHaveLength(0);
    await store.merge(WORKLOAD, STEP, [{ ...OBSERVATION, value: 2 }], SEEN_AT);
    expect(dynamo.sent('PutItem')[0]).toMatchObject({
      ConditionExpression: 'rev = :rev',
      ExpressionAttributeValues: { ':rev': revisionOf(CONTENT) },
    });
  });

  it('reads again after a conflict, and joins what the other writer wrote', async () => {
    dynamo.on('BatchGetItem', { Responses: { T: [] } }, { Responses: { T: [stored(CONTENT)] } });
    dynamo.on('PutItem', conflict(), {});
    const late = { ...OBSERVATION, metric: 'n' };
    expect(await store.merge(WORKLOAD, STEP, [late], SEEN_AT)).toEqual(['accepted']);
    const expected = CONTENT.replace(/^\[1,\[(.*)\]\]$/, (_, column: string) => {
      return `[1,[${column},${column.replace('"m"', '"n"')}]]`;
    });
    expect(dynamo.sent('PutItem')[1]?.Item?.rev).toBe(revisionOf(expected));
    // Half of 20 ms x 2^1.
    expect(slept).toEqual([20]);
  });

  it('gives up after so many conflicts, having waited ever longer', async () => {
    answerReads();
    dynamo.on('PutItem', conflict());
    await expect(store.merge(WORKLOAD, STEP, [OBSERVATION], SEEN_AT)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      details: { sk: SK, attempts: 4 },
    });
    expect(slept).toEqual([20, 40, 80, 160]);
  });

  it('asks again for keys that the service left unprocessed', async () => {
    const keysOf = ({ RequestItems }: DynamoInput<'BatchGetItem'>) => RequestItems?.T?.Keys ?? [];
    dynamo.on(
      'BatchGetItem',
      (input) => ({
        Responses: { T: [] },
        UnprocessedKeys: { T: { Keys: keysOf(input).slice(1) } },
      }),
      { Responses: { T: [] } },
    );
    dynamo.on('PutItem', {});
    const batch = Array.from({ length: 101 }, (_, hour) => ({
      ...OBSERVATION,
      at: addMs(START, HOUR, hour),
    }));
    await store.merge(WORKLOAD, STEP, batch, SEEN_AT);
    // 101 keys: 100 asked, 99 left over; with the last one they are 100 again.
    expect(dynamo.sent('BatchGetItem').map((input) => keysOf(input).length)).toEqual([100, 100]);
    expect(dynamo.sent('PutItem')).toHaveLength(101);
  });

  it('gives up on a service that leaves everything unprocessed', async () => {
    dynamo.on('BatchGetItem', ({ RequestItems }) => ({ UnprocessedKeys: { ...RequestItems } }));
    await expect(store.merge(WORKLOAD, STEP, [OBSERVATION], SEEN_AT)).rejects.toMatchObject({
      code: 'THROTTLED',
    });
    expect(dynamo.sent('BatchGetItem')).toHaveLength(8);
  });
});

describe('an item', () => {
  it('of an hour, 7 metrics at 5 minutes, is under 1 kB', async () => {
    const random = seededRandom(7);
    const metrics = [
      ['memory_bytes', 2e9],
      ['cpu_utilization', 1],
      ['memory_utilization', 1],
      ['request_rate', 1_500],
      ['db_cpu', 1],
      ['db_memory', 1],
      ['db_connections', 100],
    ] as const;
    answerReads();
    dynamo.on('PutItem', {});
    const known: Record<string, unknown>[] = [];
    for (let slot = 0; slot < 12; slot++) {
      // An agent samples all metrics within a moment and sends them together, some seconds late.
      const at = addMs(START, STEP, slot);
      const asOf = epochMs(at + Math.floor(random() * 60_000));
      const seenAt = epochMs(asOf + 200 + Math.floor(random() * 5_000));
      const batch = metrics.map(([metric, scale]) => ({
        metric,
        source: 'agent@ip-10-0-12-34',
        at,
        value: random() * scale,
        asOf,
      }));
      answerReads(...known.slice(-1));
      await store.merge(WORKLOAD, STEP, batch, seenAt);
      known.push({ ...dynamo.sent('PutItem').at(-1)?.Item });
    }
    const { pk, sk, data, rev } = known.at(-1) ?? {};
    // DynamoDB counts attribute names and values; a number is at most 21 bytes.
    const names = 'pkskdatarevttl'.length;
    const values = [pk, sk, rev].reduce<number>((sum, text) => sum + String(text).length, 21);
    const size = names + values + (data instanceof Uint8Array ? data.byteLength : Number.NaN);
    expect(size).toBeLessThan(1_000);
    expect(size).toBeGreaterThan(300);
  });
});

describe('a read', () => {
  const range = { from: START, to: addMs(START, HOUR, 2) };

  it('follows every page', async () => {
    const second = 'raw#000300000#001793581200000';
    const cursor = { pk: 'x', sk: SK };
    // The paginator reuses its input, so what was sent is noted while it is sent.
    const cursors: unknown[] = [];
    dynamo.on('Query', ({ ExclusiveStartKey }) => {
      cursors.push(ExclusiveStartKey);
      return ExclusiveStartKey === undefined
        ? { Items: [stored(CONTENT)], LastEvaluatedKey: cursor }
        : { Items: [stored(CONTENT, second)] };
    });
    const [column] = await store.read(WORKLOAD, STEP, range);
    expect(column?.slots.map(({ start }) => start)).toEqual([START, addMs(START, HOUR)]);
    expect(cursors).toEqual([undefined, cursor]);
    const [query] = dynamo.sent('Query');
    expect(query?.ExpressionAttributeValues).toEqual({
      ':pk': 'default#sample#webshop#*',
      ':first': SK,
      ':last': second,
    });
  });

  it.each([
    ['a payload cut short', { ...stored(CONTENT), data: packContent(CONTENT).slice(0, -4) }],
    ['a payload of another revision', { ...stored(CONTENT), rev: revisionOf('[1,[]]') }],
    ['a payload that is no item', stored('{"a":1}')],
    ['no payload', { pk: 'x', sk: SK }],
    ['another kind of key', stored(CONTENT, 'raw#x')],
  ])('names the item that has %s', async (_, item) => {
    dynamo.on('Query', { Items: [item] });
    await expect(store.read(WORKLOAD, STEP, range)).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      details: { pk: 'x', sk: item.sk },
    });
  });

  it('tells throttling from other failures', async () => {
    const fail = (name: string) => Object.assign(new Error('no'), { name });
    dynamo.on('Query', fail('ProvisionedThroughputExceededException'));
    await expect(store.read(WORKLOAD, STEP, range)).rejects.toMatchObject({ code: 'THROTTLED' });
    dynamo.on('Query', fail('ResourceNotFoundException'));
    await expect(store.read(WORKLOAD, STEP, range)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      cause: { name: 'ResourceNotFoundException' },
    });
  });

  it('reports a network without an answer', async () => {
    // Port 9 of this machine (discard) is not served.
    const client = createDynamoClient({ endpoint: 'http://127.0.0.1:9', maxAttempts: 1 });
    const unreachable = createDynamoObservationStore({ client, table: 'T' });
    await expect(unreachable.read(WORKLOAD, STEP, range)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
  });
});
