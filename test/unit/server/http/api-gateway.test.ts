import { describe, expect, it } from '@jest/globals';
import { ask, JSON_TYPE, one, start } from './gateway-client.ts';

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
