import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import * as zlib from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createDynamoClient } from '#adapters/aws/dynamo-client.ts';
import { pagesOf } from '#adapters/aws/dynamo-operations.ts';
import { fromWire, toWire } from '#adapters/aws/dynamo-wire.ts';
import { environmentCredentials, environmentRegion } from '#adapters/aws/function-environment.ts';

interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  /** Closes the connection instead. */
  readonly drop?: true;
  /** Never answers. */
  readonly hang?: true;
  readonly headers?: Readonly<Record<string, string>>;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that gives these replies in turn, the last for ever, and a client of it that does not wait. */
async function clientOf(
  replies: readonly Reply[],
  options: {
    readonly maxAttempts?: number;
    readonly requestTimeoutMs?: number;
    readonly now?: () => number;
  } = {},
) {
  const requests: { readonly target: unknown; readonly body: unknown }[] = [];
  const signed: IncomingMessage['headers'][] = [];
  const slept: number[] = [];
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await textOf(request));
    requests.push({ target: request.headers['x-amz-target'], body });
    signed.push(request.headers);
    const reply = replies[Math.min(requests.length, replies.length) - 1] ?? {};
    if (reply.hang) return;
    if (reply.drop) return void request.socket.destroy();
    const text = typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {});
    const headers = { 'x-amzn-requestid': 'id-1', ...reply.headers };
    response.writeHead(reply.status ?? 200, headers).end(text);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const client = createDynamoClient({
    endpoint: `http://127.0.0.1:${address.port}`,
    sleep: async (ms) => void slept.push(ms),
    random: () => 0.5,
    ...options,
  });
  return { client, requests, signed, slept };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const KEY = { pk: 'p', sk: 's' };
const THROTTLED = { status: 400, body: { __type: 'com.amazonaws#ThrottlingException' } };

describe('a call', () => {
  it('sends typed attributes and answers with plain values', async () => {
    const { client, requests } = await clientOf([
      { body: { Attributes: { rev: { N: '2' }, data: { B: 'AQI=' } }, Other: 1 } },
    ]);
    const answer = await client.send('UpdateItem', {
      TableName: 'T',
      Key: KEY,
      UpdateExpression: 'SET #rev = :one',
      ExpressionAttributeValues: { ':one': 1, ':bytes': Uint8Array.of(255) },
      ConditionExpression: undefined,
    });
    expect(answer).toEqual({ Attributes: { rev: 2, data: Buffer.from([1, 2]) }, Other: 1 });
    expect(requests).toEqual([
      {
        target: 'DynamoDB_20120810.UpdateItem',
        body: {
          TableName: 'T',
          Key: { pk: { S: 'p' }, sk: { S: 's' } },
          UpdateExpression: 'SET #rev = :one',
          ExpressionAttributeValues: { ':one': { N: '1' }, ':bytes': { B: '/w==' } },
        },
      },
    ]);
  });

  it('of a batch keeps its tables apart, both ways', async () => {
    const key = { pk: { S: 'p' }, sk: { S: 's' } };
    const { client, requests } = await clientOf([
      {
        body: {
          Responses: { T: [{ v: { N: '1.5' } }] },
          UnprocessedKeys: { T: { Keys: [key], ConsistentRead: true } },
        },
      },
    ]);
    expect(
      await client.send('BatchGetItem', {
        RequestItems: { T: { Keys: [KEY], ConsistentRead: true } },
      }),
    ).toEqual({
      Responses: { T: [{ v: 1.5 }] },
      UnprocessedKeys: { T: { Keys: [KEY], ConsistentRead: true } },
    });
    expect(requests[0]?.body).toEqual({
      RequestItems: { T: { Keys: [key], ConsistentRead: true } },
    });
  });

  it('of a query follows its pages to the last', async () => {
    const { client, requests } = await clientOf([
      { body: { Items: [{ v: { N: '1' } }], LastEvaluatedKey: { pk: { S: 'p' } } } },
      { body: { Items: [{ v: { N: '2' } }] } },
    ]);
    const items: unknown[] = [];
    for await (const { Items = [] } of pagesOf(client, 'Query', { TableName: 'T' })) {
      items.push(...Items);
    }
    expect(items).toEqual([{ v: 1 }, { v: 2 }]);
    expect(requests.map(({ body }) => body)).toEqual([
      { TableName: 'T' },
      { TableName: 'T', ExclusiveStartKey: { pk: { S: 'p' } } },
    ]);
  });
});

describe('a failure', () => {
  it.each<[string, Reply]>([
    ['throttling', THROTTLED],
    ['a broken service', { status: 500, body: { __type: 'x#InternalServerError' } }],
    ['a page of a proxy', { status: 503, body: '<html>' }],
    ['a connection that ends', { drop: true }],
  ])('by %s is tried again, after ever longer waits', async (_, reply) => {
    const { client, requests, slept } = await clientOf([reply, reply, {}]);
    await client.send('GetItem', { TableName: 'T', Key: KEY });
    expect(requests).toHaveLength(3);
    // Half of 20 ms x 2^attempt.
    expect(slept).toEqual([20, 40]);
  });

  it('is told after the last attempt, with how often it was sent', async () => {
    const { client, requests } = await clientOf([THROTTLED], { maxAttempts: 2 });
    await expect(client.send('GetItem', { TableName: 'T', Key: KEY })).rejects.toMatchObject({
      name: 'ThrottlingException',
      $metadata: { httpStatusCode: 400, attempts: 2, requestId: 'id-1' },
    });
    expect(requests).toHaveLength(2);
  });

  it('that no repetition mends is told at once, by its name', async () => {
    const { client, requests } = await clientOf([
      {
        status: 400,
        body: { __type: 'com.amazonaws#ConditionalCheckFailedException', message: 'no' },
      },
    ]);
    await expect(client.send('GetItem', { TableName: 'T', Key: KEY })).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      message: 'no',
    });
    expect(requests).toHaveLength(1);
  });

  it('to answer in time is one, too', async () => {
    const { client } = await clientOf([{ hang: true }], { maxAttempts: 1, requestTimeoutMs: 30 });
    await expect(client.send('GetItem', { TableName: 'T', Key: KEY })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
});

/** Node below 20.15 has no CRC-32, and then nothing is checked. */
const withChecksum = zlib.crc32 === undefined ? it.skip : it;

describe('a checksum', () => {
  // The CRC-32 of "{}", as cksum -o 3 and zlib of Python have it: 0xa3a6bf43.
  const OF_EMPTY = String(0xa3a6bf43);

  withChecksum('that fits is no matter', async () => {
    const { client, requests } = await clientOf([{ headers: { 'x-amz-crc32': OF_EMPTY } }]);
    await client.send('GetItem', { TableName: 'T', Key: KEY });
    expect(requests).toHaveLength(1);
  });

  withChecksum('that does not fit makes the answer a broken one', async () => {
    const broken = { headers: { 'x-amz-crc32': '1' } };
    const { client, requests } = await clientOf([broken, {}]);
    await client.send('GetItem', { TableName: 'T', Key: KEY });
    expect(requests).toHaveLength(2);
    const { client: other } = await clientOf([broken], { maxAttempts: 1 });
    await expect(other.send('GetItem', { TableName: 'T', Key: KEY })).rejects.toMatchObject({
      name: 'ChecksumError',
    });
  });
});

describe('a value', () => {
  it.each([
    ['NaN', Number.NaN],
    ['an infinity', Number.POSITIVE_INFINITY],
    ['a date', new Date(0)],
    ['an empty set', new Set()],
  ])('that is %s is refused as a fault of the program', (_, value) => {
    expect(() => toWire({ Item: { value } })).toThrow(TypeError);
  });

  it.each<[string, unknown, object, unknown?]>([
    ['a zero below zero', -0, { N: '0' }, 0],
    ['a double beyond what whole numbers reach', 2 ** 53 + 2, { N: '9007199254740994' }],
    ['a very large double', 1e308, { N: '1e+308' }],
    ['a very small double', 5e-324, { N: '5e-324' }],
    ['an empty text', '', { S: '' }],
    ['nothing', null, { NULL: true }],
    ['no bytes', Buffer.of(), { B: '' }],
    ['bytes', Buffer.of(0, 255), { B: 'AP8=' }],
    ['a part of some bytes', Buffer.of(1, 0, 255, 1).subarray(1, 3), { B: 'AP8=' }],
    ['a list', [1, ['a']], { L: [{ N: '1' }, { L: [{ S: 'a' }] }] }],
    ['a map that has a B', { B: 'x' }, { M: { B: { S: 'x' } } }],
  ])('that is %s is stored so, and read again', (_, value, typed, read = value) => {
    const text = toWire({ Item: { B: value, gone: undefined } });
    expect(JSON.parse(text)).toEqual({ Item: { B: typed } });
    expect(fromWire(text)).toEqual({ Item: { B: read } });
  });

  it('of bytes is written alike from any kind of them', () => {
    expect(toWire({ Item: { data: Uint8Array.of(0, 255) } })).toBe(
      '{"Item":{"data":{"B":"AP8="}}}',
    );
  });
});

describe('a signature', () => {
  const HOUR_MS = 3_600_000;
  const NOON = Date.parse('2026-03-05T12:00:00Z');
  const refused = (date: string): Reply => ({
    status: 400,
    body: { __type: 'com.amazon.coral.service#InvalidSignatureException' },
    headers: { date },
  });

  it('is for the time of this machine, until the service tells another one', async () => {
    const { client, signed, slept } = await clientOf(
      [refused('Thu, 05 Mar 2026 13:00:00 GMT'), {}],
      {
        now: () => NOON,
      },
    );
    await client.send('GetItem', { TableName: 'T', Key: KEY });
    await client.send('GetItem', { TableName: 'T', Key: KEY });
    expect(signed.map((headers) => headers['x-amz-date'])).toEqual([
      '20260305T120000Z',
      '20260305T130000Z',
      '20260305T130000Z',
    ]);
    expect(slept).toEqual([]);
  });

  it('is corrected once: a service that refuses its own time refuses the key', async () => {
    const { client, requests } = await clientOf([refused('Thu, 05 Mar 2026 13:00:00 GMT')], {
      now: () => NOON,
    });
    await expect(client.send('GetItem', { TableName: 'T', Key: KEY })).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      $metadata: { attempts: 2 },
    });
    expect(requests).toHaveLength(2);
  });

  it.each([
    ['says nearly the same time', 'Thu, 05 Mar 2026 12:04:59 GMT'],
    ['says no time', ''],
  ])('is refused at once where the service %s', async (_, date) => {
    const { client, requests } = await clientOf([refused(date)], { now: () => NOON });
    await expect(client.send('GetItem', { TableName: 'T', Key: KEY })).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
    expect(requests).toHaveLength(1);
  });

  it('names what is signed, and by which key', async () => {
    const { client, signed } = await clientOf([{}], { now: () => NOON - HOUR_MS });
    await client.send('GetItem', { TableName: 'T', Key: KEY });
    expect(signed[0]?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=local\/20260305\/us-east-1\/dynamodb\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target, Signature=[0-9a-f]{64}$/,
    );
  });
});

describe('the environment of a function', () => {
  const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_SESSION_TOKEN: 'c' };

  it('holds its credentials', () => {
    expect(environmentCredentials(env)).toEqual({
      accessKeyId: 'a',
      secretAccessKey: 'b',
      sessionToken: 'c',
    });
    expect(environmentRegion({ AWS_REGION: 'eu-west-1' })).toBe('eu-west-1');
  });

  it.each([
    ['AWS_ACCESS_KEY_ID', { ...env, AWS_ACCESS_KEY_ID: '' }],
    ['AWS_SECRET_ACCESS_KEY', { AWS_ACCESS_KEY_ID: 'a' }],
  ])('without %s is said to be', (name, incomplete) => {
    expect(() => environmentCredentials(incomplete)).toThrow(name);
  });

  it('without a Region is said to be', () => {
    expect(() => environmentRegion({})).toThrow('AWS_REGION');
  });
});
