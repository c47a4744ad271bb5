import { describe, expect, it } from '@jest/globals';
import { DomainError } from '#core/errors.ts';
import { createHttpServer } from '#server/http/api-gateway.ts';
import type { HttpHandler } from '#server/http/invoke-route.ts';
import { ask, JSON_TYPE, LIMITS, one, raw, start, time } from './gateway-client.ts';

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
