import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { startDynalite } from '#adapters/local/dynalite-server.ts';

/** A call as a policy would name it, e.g. `s3:GetObject` on `objects/models/a.json.gz`. */
export interface AwsCall {
  readonly action: string;
  readonly resource: string;
}

/** The services that functions call, on one port of this machine. */
export interface FakeAws {
  readonly endpoint: string;
  /** What was called since the last time this was asked. */
  takeCalls(): readonly AwsCall[];
  readonly objects: Map<string, Buffer>;
  close(): Promise<void>;
}

type Answer = readonly [status: number, body: string | Buffer, headers?: Record<string, string>];

/**
 * DynamoDB is dynalite behind a proxy, S3 a map; queues, executions and everything else take what they
 * are given. Which service is meant stands in the signature, as for AWS itself.
 */
export async function startFakeAws(): Promise<FakeAws> {
  const dynalite = await startDynalite();
  const objects = new Map<string, Buffer>();
  let calls: AwsCall[] = [];
  const server = createServer(async (incoming, response) => {
    const body = await bytesOf(incoming);
    const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(
      incoming.headers.authorization ?? '',
    )?.[1];
    const operation =
      String(incoming.headers['x-amz-target'] ?? '')
        .split('.')
        .at(-1) ?? '';
    if (service === 'dynamodb') {
      const { TableName, RequestItems = {} } = JSON.parse(body.toString('utf8'));
      calls.push({
        action: `dynamodb:${operation}`,
        resource: TableName ?? Object.keys(RequestItems).join(),
      });
      await forward(incoming, body, dynalite.endpoint, response);
      return;
    }
    const [call, [status, text, headers]] =
      service === 's3'
        ? s3(incoming, body, objects)
        : other(service ?? 'unsigned', operation, incoming, body);
    calls.push(call);
    response.writeHead(status, headers).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    takeCalls() {
      const taken = calls;
      calls = [];
      return taken;
    },
    objects,
    async close() {
      server.closeAllConnections();
      server.close();
      await dynalite.close();
    },
  };
}

function s3(
  { method = '', url = '/' }: IncomingMessage,
  body: Buffer,
  objects: Map<string, Buffer>,
): readonly [AwsCall, Answer] {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const path = decodeURIComponent(pathname).slice(1);
  if (searchParams.has('list-type')) {
    const listed = { action: 's3:ListBucket', resource: path };
    return [listed, [200, '<ListBucketResult></ListBucketResult>']];
  }
  if (method === 'PUT') {
    objects.set(path, body);
    return [{ action: 's3:PutObject', resource: path }, [200, '']];
  }
  const found = objects.get(path);
  const missing = '<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>';
  return [
    { action: method === 'DELETE' ? 's3:DeleteObject' : 's3:GetObject', resource: path },
    found ? [200, found] : [404, missing, { 'content-type': 'application/xml' }],
  ];
}

/** Action prefixes that differ from the names services sign with. */
const PREFIX: Readonly<Record<string, string>> = {
  monitoring: 'cloudwatch',
  'application-autoscaling': 'application-autoscaling',
};

function other(
  service: string,
  target: string,
  { url = '/', headers }: IncomingMessage,
  body: Buffer,
): readonly [AwsCall, Answer] {
  const prefix = PREFIX[service] ?? service;
  // The protocol in CBOR names the operation in its path, the one of queries in its body.
  const operation =
    target ||
    /operation\/(\w+)/.exec(url)?.[1] ||
    (new URLSearchParams(body.toString('utf8')).get('Action') ?? 'unknown');
  const resource = /"(?:QueueUrl|stateMachineArn)":"([^"]*)"/.exec(body.toString('utf8'))?.[1];
  const call = {
    action: ACTION_OF[operation] ?? `${prefix}:${operation}`,
    resource: resource ?? '*',
  };
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') {
    // An empty map.
    return [call, [200, Buffer.of(0xa0), { 'smithy-protocol': 'rpc-v2-cbor' }]];
  }
  if (operation === 'StartExecution') {
    return [call, [200, '{"executionArn":"arn:aws:states:execution","startDate":1}']];
  }
  return [call, [200, '{}']];
}

/** Operations that IAM knows by another name. */
const ACTION_OF: Readonly<Record<string, string>> = {
  SendMessageBatch: 'sqs:SendMessage',
};

async function forward(
  { headers }: IncomingMessage,
  body: Buffer,
  endpoint: string,
  response: ServerResponse,
): Promise<void> {
  const { host, ...rest } = headers;
  const forwarded = request(endpoint, { method: 'POST', headers: rest });
  forwarded.end(body);
  const [answer] = (await once(forwarded, 'response')) as [IncomingMessage];
  response.writeHead(answer.statusCode ?? 500, answer.headers).end(await bytesOf(answer));
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
