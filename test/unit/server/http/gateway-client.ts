import { type ClientRequest, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach } from '@jest/globals';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import {
  createHttpServer,
  type HttpServer,
  type HttpServerOptions,
  type RequestRecord,
} from '#server/http/api-gateway.ts';
import { LOOPBACK_HOSTS } from '#server/http/guard.ts';
import type { HttpHandler } from '#server/http/invoke-route.ts';
import { virtualTime } from '../virtual-time.ts';

/** An answer as a client sees it. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly json: () => unknown;
}

const servers: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

export const time = () => virtualTime(Date.UTC(2026, 0, 9, 7, 5, 3));
export const LIMITS = { maxRequestBytes: 1_000, maxResponseBytes: 2_000, timeoutMs: 29_000 };

/** A server with three routes that echo, on a virtual clock; closed after the test. */
export async function start(options: Partial<HttpServerOptions> = {}) {
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

/** One request. */
export function ask(
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
export function raw(port: number, text: string): Promise<string> {
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

export const JSON_TYPE = { 'content-type': 'application/json' };
/** A single route that `handler` answers. */
export const one = (handler: HttpHandler) => ({
  routes: [{ method: 'GET', path: '/one', handler }],
});
