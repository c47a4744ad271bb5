import { type ClientRequest, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { DomainError } from '#core/errors.ts';
import {
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
  type RequestRecord,
} from '#server/http/api-gateway.ts';
import { LOOPBACK_HOSTS } from '#server/http/guard.ts';
import type { HttpHandler } from '#server/http/invoke-route.ts';
import { virtualTime } from '../virtual-time.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly json: () => unknown;
}

const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

const time = () => virtualTime(Date.UTC(2026, 0, 9, 7, 5, 3));
const LIMITS = { maxRequestBytes: 1_000, maxResponseBytes: 2_000, timeoutMs: 29_000 };

async function start(options: Partial<HttpServerOptions> = {}) {
  const events: APIGatewayProxyEventV2[] = [];
  const contexts: Context[] = [];
  const errors: unknown[] = [];
  const records: RequestRecord[] = [];
  const echo: HttpHandler = async (event, context) => {
    events.push(event);
    contexts.push(context);
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: '{"ok":1}' };
  };
  const clock = time();
  const server = createHttpServer({
    routes: [
      { method: 'GET', path: '/things', handler: echo },
      { method: 'POST', path: '/things', handler: echo },
      { method: 'GET', path: '/things/{id}', handler: echo },
    ],
    limits: LIMITS,
    clock,
    timers: clock.timers,
    allowedHosts: LOOPBACK_HOSTS,
    onError: (error) => errors.push(error),
    onRequest: (record) => records.push(record),
    newRequestId: () => 'id-1',
    ...options,
  });
  servers.push(server);
  const { port } = await server.listen(0, '127.0.0.1');
  return { server, port, clock, events, contexts, errors, records };
}

function ask(
  port: number,
  method: string,
  path: string,
  options: {
    readonly headers?: Record<string, string | string[]>;
    readonly body?: string | Buffer;
    readonly onRequest?: (request: ClientRequest) => void;
  } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, method, path, headers: options.headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString();
          const { statusCode: status = 0, headers } = response;
          resolve({ status, headers, body, json: () => JSON.parse(body) });
        });
      },
    );
    sent.on('error', reject);
    options.onRequest?.(sent);
    sent.end(options.body);
  });
}

/** Sends bytes and reads until the server closes. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };
const one = (handler: HttpHandler) => ({
  routes: [{ method: 'GET', path: '/one', handler }],
});

describe('the event', () => {
  it('is what an HTTP API sends', async () => {
    const { port, events } = await start();
    await ask(port, 'GET', '/things/a%20b?x=1&x=2&y=c%2Cd&z=', {
      headers: {
        'X-Many': ['1', '2'],
        Cookie: 'a=1; b=2',
        'User-Agent': 'test',
        Host: 'localhost',
      },
    });
    expect(events).toEqual([
      {
        version: '2.0',
        routeKey: 'GET /things/{id}',
        rawPath: '/things/a%20b',
        rawQueryString: 'x=1&x=2&y=c%2Cd&z=',
        cookies: ['a=1', 'b=2'],
        headers: {
          host: 'localhost',
          'user-agent': 'test',
          'x-many': '1,2',
          connection: 'close',
        },
        queryStringParameters: { x: '1,2', y: 'c,d', z: '' },
        pathParameters: { id: 'a b' },
        requestContext: {
          accountId: 'local',
          apiId: 'local',
          domainName: 'localhost',
          domainPrefix: 'localhost',
          http: {
            method: 'GET',
            path: '/things/a%20b',
            protocol: 'HTTP/1.1',
            sourceIp: '127.0.0.1',
            userAgent: 'test',
          },
          requestId: 'id-1',
          routeKey: 'GET /things/{id}',
          stage: '$default',
          time: '09/Jan/2026:07:05:03 +0000',
          timeEpoch: Date.UTC(2026, 0, 9, 7, 5, 3),
        },
        isBase64Encoded: false,
      },
    ]);
  });

  it('carries a JSON body as text', async () => {
    const { port, events } = await start();
    const body = '{"name":"Zürich"}';
    await ask(port, 'POST', '/things', {
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body,
    });
    expect(events[0]).toMatchObject({ body, isBase64Encoded: false });
  });

  it('carries a compressed body as base64', async () => {
    const { port, events } = await start();
    await ask(port, 'POST', '/things', {
      headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
      body: Buffer.from([0x1f, 0x8b, 0xff]),
    });
    // 1f 8b ff is 000111 111000 101111 111111: H, 4, v, /.
    expect(events[0]).toMatchObject({ body: 'H4v/', isBase64Encoded: true });
  });

  it('comes with a context that knows the time left', async () => {
    const { port, clock, contexts } = await start();
    await ask(port, 'GET', '/things');
    expect(contexts[0]?.awsRequestId).toBe('id-1');
    expect(contexts[0]?.getRemainingTimeInMillis()).toBe(29_000);
    clock.jump(10_000);
    expect(contexts[0]?.getRemainingTimeInMillis()).toBe(19_000);
    clock.jump(60_000);
    expect(contexts[0]?.getRemainingTimeInMillis()).toBe(0);
  });
});

describe('the answer', () => {
  it('is the handler’s, with the headers that keep it safe', async () => {
    const { port, records } = await start();
    const answer = await ask(port, 'GET', '/things?secret=1');
    expect(answer).toMatchObject({ status: 200, body: '{"ok":1}' });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '8',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'x-request-id': 'id-1',
    });
    expect(records).toEqual([
      {
        requestId: 'id-1',
        method: 'GET',
        path: '/things',
        routeKey: 'GET /things',
        status: 200,
        durationMs: 0,
        responseBytes: 8,
      },
    ]);
  });

  it('to HEAD is that of GET without its body', async () => {
    const { port, events } = await start();
    const answer = await ask(port, 'HEAD', '/things');
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(answer.headers['content-length']).toBe('8');
    expect(events[0]?.requestContext.http.method).toBe('GET');
  });

  it('may be binary, have cookies, and be cached', async () => {
    const { port } = await start(
      one(async () => ({
        headers: { 'Cache-Control': 'max-age=60', 'X-Number': 1, 'Content-Length': 99 },
        cookies: ['a=1; Secure', 'b=2'],
        body: 'AAEC',
        isBase64Encoded: true,
      })),
    );
    const answer = await ask(port, 'GET', '/one');
    expect(answer.body).toBe('\u0000\u0001\u0002');
    expect(answer.headers).toMatchObject({
      'cache-control': 'max-age=60',
      'content-length': '3',
      'set-cookie': ['a=1; Secure', 'b=2'],
      'x-number': '1',
    });
  });

  it('204 has no body', async () => {
    const { port } = await start(one(async () => ({ statusCode: 204, body: 'x' })));
    expect(await ask(port, 'GET', '/one')).toMatchObject({ status: 204, body: '' });
  });

  it('may have as many bytes as the limit and not one more', async () => {
    let length = 2_000;
    const { port } = await start(one(async () => ({ body: 'x'.repeat(length) })));
    expect((await ask(port, 'GET', '/one')).status).toBe(200);
    length = 2_001;
    const answer = await ask(port, 'GET', '/one');
    expect(answer.status).toBe(413);
    expect(answer.json()).toMatchObject({
      error: { code: 'PAYLOAD_TOO_LARGE', details: { maxBytes: 2_000, bytes: 2_001 } },
    });
  });
});

describe('a refusal', () => {
  it.each([
    ['GET', '/nothing', {}, 404, 'NOT_FOUND'],
    ['GET', '/things/', {}, 404, 'NOT_FOUND'],
    ['GET', '/things/%zz', {}, 400, 'REQUEST_INVALID'],
    ['GET', '//evil.example/things', {}, 404, 'NOT_FOUND'],
    ['OPTIONS', '*', {}, 400, 'REQUEST_INVALID'],
    ['DELETE', '/things', {}, 405, 'METHOD_NOT_ALLOWED'],
    ['OPTIONS', '/things', { origin: 'http://localhost' }, 403, 'FORBIDDEN'],
    ['GET', '/things', { host: 'evil.example' }, 403, 'FORBIDDEN'],
    ['GET', '/things', { host: 'localhost.evil.example:80' }, 403, 'FORBIDDEN'],
    ['POST', '/things', { origin: 'https://evil.example' }, 403, 'FORBIDDEN'],
    ['POST', '/things', { origin: 'null' }, 403, 'FORBIDDEN'],
  ])('of %s %s with %j is %d %s', async (method, path, headers, status, code) => {
    const { port, events } = await start();
    const answer = await ask(port, method, path, { headers });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.json()).toEqual({
      error: {
        code,
        message: expect.any(String),
        details: expect.any(Object),
        hint: expect.any(String),
      },
      request_id: 'id-1',
    });
    expect(events).toEqual([]);
  });

  it('names the allowed methods', async () => {
    const { port } = await start();
    const answer = await ask(port, 'DELETE', '/things');
    expect(answer.headers.allow).toBe('GET, HEAD, POST');
    expect(answer.json()).toMatchObject({
      error: { details: { allowed: ['GET', 'HEAD', 'POST'] } },
    });
  });

  it.each(['localhost', 'LOCALHOST:1', '127.0.0.1:8080', '[::1]:8080'])(
    'does not meet the host %s',
    async (host) => {
      const { port } = await start();
      expect((await ask(port, 'GET', '/things', { headers: { host } })).status).toBe(200);
    },
  );

  it('does not meet a page of this server', async () => {
    const { port } = await start();
    const headers = { host: 'localhost:8080', origin: 'http://localhost:8080', ...JSON_TYPE };
    expect((await ask(port, 'POST', '/things', { headers, body: '{}' })).status).toBe(200);
  });

  it('does not meet a foreign page that only reads: the browser keeps the answer from it', async () => {
    const { port } = await start();
    const headers = { origin: 'https://evil.example' };
    const answer = await ask(port, 'GET', '/things', { headers });
    expect(answer.status).toBe(200);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('closes the connection when the body was not read', async () => {
    const { port } = await start();
    const text = await raw(
      port,
      'POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n',
    );
    expect(text).toMatch(/^HTTP\/1\.1 404 /);
  });

  it.each([
    [undefined, 415],
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/jsonp', 415],
    ['text/plain; application/json', 415],
    ['application/json', 200],
    ['Application/JSON; charset=utf-8', 200],
    ['application/problem+json', 200],
  ])('of a body of type %s: %d', async (type, status) => {
    const { port } = await start();
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    expect((await ask(port, 'POST', '/things', { headers, body: '{}' })).status).toBe(status);
  });

  it('does not meet an empty body without a type', async () => {
    const { port } = await start();
    expect((await ask(port, 'POST', '/things')).status).toBe(200);
  });

  it('meets a body that is not UTF-8', async () => {
    const { port } = await start();
    const answer = await ask(port, 'POST', '/things', {
      headers: JSON_TYPE,
      body: Buffer.from([0x22, 0xff, 0x22]),
    });
    expect(answer.json()).toMatchObject({ error: { code: 'REQUEST_INVALID' } });
  });

  it.each([
    ['of known length', {}],
    ['in chunks', { 'transfer-encoding': 'chunked' }],
  ])('meets a body above the limit, %s', async (_, more) => {
    const { port, events } = await start();
    const headers = { ...JSON_TYPE, ...more };
    const fits = await ask(port, 'POST', '/things', { headers, body: 'x'.repeat(1_000) });
    expect(fits.status).toBe(200);
    const answer = await ask(port, 'POST', '/things', { headers, body: 'x'.repeat(1_001) });
    expect(answer.status).toBe(413);
    expect(answer.json()).toMatchObject({
      error: { code: 'PAYLOAD_TOO_LARGE', details: { maxBytes: 1_000 } },
    });
    expect(events).toHaveLength(1);
  });

  it('comes before the body where the client waits for leave to send it', async () => {
    const { port } = await start();
    const text = await raw(
      port,
      'POST /things HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
        'Expect: 100-continue\r\nContent-Length: 5000\r\n\r\n',
    );
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toMatch(/connection: close/i);
  });

  it('gives leave to a body that fits', async () => {
    const { port } = await start();
    let isLeaveGiven = false;
    const answer = await ask(port, 'POST', '/things', {
      headers: { ...JSON_TYPE, Expect: '100-continue' },
      body: '{}',
      onRequest: (sent) =>
        sent.on('continue', () => {
          isLeaveGiven = true;
        }),
    });
    expect(answer.status).toBe(200);
    expect(isLeaveGiven).toBe(true);
  });

  it.each([
    ['headers of 11,000 bytes', `GET /things HTTP/1.1\r\nX: ${'x'.repeat(11_000)}\r\n\r\n`, 431],
    ['a URL of 11,000 bytes', `GET /${'x'.repeat(11_000)} HTTP/1.1\r\n\r\n`, 431],
    ['what is no HTTP', 'hello\r\n\r\n', 400],
    [
      'two lengths',
      'POST /things HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
      400,
    ],
  ])('meets %s', async (_, text, status) => {
    const { port } = await start();
    const answer = await raw(port, text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
      error: { code: expect.any(String) },
      request_id: 'id-1',
    });
  });

  it('meets who is not authorized, before it tells what there is', async () => {
    const asked: unknown[] = [];
    const { port } = await start({
      authorize: ({ method, path, headers }) => {
        asked.push([method, path, headers['x-api-key']]);
        return headers['x-api-key'] === 'k';
      },
    });
    const answer = await ask(port, 'GET', '/nothing?a=1');
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(asked).toEqual([['GET', '/nothing', undefined]]);
    const allowed = await ask(port, 'GET', '/things', { headers: { 'x-api-key': 'k' } });
    expect(allowed.status).toBe(200);
  });
});

describe('a handler that fails', () => {
  const secret = new Error('password of the database');

  it.each<[string, HttpHandler]>([
    ['rejects', async () => Promise.reject(secret)],
    [
      'throws',
      () => {
        throw secret;
      },
    ],
    // As on AWS: mapping its errors is the handler's own work.
    ['throws a DomainError', () => Promise.reject(new DomainError('NOT_FOUND', 'password'))],
    ['answers an impossible status', async () => ({ statusCode: 99, body: 'password' })],
    ['answers an impossible header', async () => ({ headers: { a: 'password\r\nb: c' } })],
    ['answers nothing', async () => JSON.parse('null')],
  ])('(%s) is a 500 without a word of the reason', async (_, handler) => {
    const { port, errors } = await start(one(handler));
    const answer = await ask(port, 'GET', '/one');
    expect(answer.status).toBe(500);
    expect(answer.json()).toMatchObject({ error: { code: 'INTERNAL' }, request_id: 'id-1' });
    expect(answer.body).not.toContain('password');
    expect(errors).toHaveLength(1);
  });

  it('to answer in time is a 504; what it throws later is still reported', async () => {
    let fail: (error: Error) => void = () => {};
    let called: () => void = () => {};
    const calling = new Promise<void>((resolve) => {
      called = resolve;
    });
    const { port, clock, errors } = await start(
      one(() => {
        called();
        return new Promise((_, reject) => {
          fail = reject;
        });
      }),
    );
    const asking = ask(port, 'GET', '/one');
    await calling;
    await clock.advance(29_000);
    const answer = await asking;
    expect(answer.status).toBe(504);
    expect(answer.json()).toMatchObject({
      error: { code: 'DEADLINE_EXCEEDED', details: { timeoutMs: 29_000 } },
    });
    fail(secret);
    await clock.advance(0);
    expect(errors).toEqual([secret]);
    expect(clock.pending()).toBe(0);
  });
});

describe('closing', () => {
  it('lets requests under way end, and takes no new ones', async () => {
    let finish: () => void = () => {};
    let called: () => void = () => {};
    const calling = new Promise<void>((resolve) => {
      called = resolve;
    });
    const { server, port, clock } = await start(
      one(async () => {
        called();
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return { body: 'done' };
      }),
    );
    const headers = { connection: 'keep-alive' };
    const asking = ask(port, 'GET', '/one', { headers });
    await calling;
    const closing = server.close(5_000);
    await expect(ask(port, 'GET', '/one')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    finish();
    const answer = await asking;
    expect(answer).toMatchObject({ status: 200, body: 'done' });
    expect(answer.headers.connection).toBe('close');
    await closing;
    expect(clock.pending()).toBe(0);
  });

  it('cuts what takes too long', async () => {
    let called: () => void = () => {};
    const calling = new Promise<void>((resolve) => {
      called = resolve;
    });
    const { server, port, clock } = await start(
      one(() => {
        called();
        return new Promise(() => {});
      }),
    );
    const asking = ask(port, 'GET', '/one').catch((error) => error.code);
    await calling;
    const closing = server.close(5_000);
    await clock.advance(5_000);
    await closing;
    expect(await asking).toBe('ECONNRESET');
  });

  it('twice, or before it listens, is no error', async () => {
    const { server } = await start();
    await server.close();
    await server.close();
  });
});

it('says when its port is taken', async () => {
  const { port } = await start();
  const other = createHttpServer({
    routes: [],
    limits: LIMITS,
    clock: time(),
    allowedHosts: 'any',
  });
  await expect(other.listen(port, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
