import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { DomainError } from '#core/errors.ts';
import type { Clock } from '#core/time.ts';
import { nodeTimers, type Timers } from '#server/timers.ts';
import { errorResult, internalErrorResult } from './error-envelope.ts';
import { parseTarget } from './gateway-event.ts';
import { type Authorize, createGuard } from './guard.ts';
import {
  createInvoker,
  type Exchange,
  HandlerFailure,
  type HttpLimits,
  type HttpRoute,
} from './invoke-route.ts';
import { answerMalformed, type Rendered, renderResult, writeRendered } from './response.ts';

/** One line of the access log. */
export interface RequestRecord {
  readonly requestId: string;
  readonly method: string;
  /** Without the query, which may hold what does not belong in a log. */
  readonly path: string;
  /** Undefined where no route took the request. */
  readonly routeKey: string | undefined;
  readonly status: number;
  readonly durationMs: number;
  readonly responseBytes: number;
}

/** What `createHttpServer` serves, and for whom. */
export interface HttpServerOptions {
  readonly routes: readonly HttpRoute[];
  readonly limits: HttpLimits;
  readonly clock: Clock;
  /** Names in the Host header that are answered, without port; `LOOPBACK_HOSTS` on loopback. */
  readonly allowedHosts: readonly string[] | 'any';
  /** Decides who may ask; everyone when left out. */
  readonly authorize?: Authorize;
  /** Called after each answer. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Told of every exception that a caller only sees as a 500. */
  readonly onError?: (error: unknown, requestId: string) => void;
  readonly timers?: Timers;
  readonly newRequestId?: () => string;
}

/** A server that can be started and stopped once. */
export interface HttpServer {
  /**
   * @param port - 0 takes a free one
   * @throws {Error} `EADDRINUSE` and the like, as Node says it
   */
  listen(port: number, host: string): Promise<{ readonly port: number }>;
  /**
   * Takes no new connections, waits for the requests under way, and cuts those that take longer.
   * @param drainMs - default 5,000
   */
  close(drainMs?: number): Promise<void>;
}

/**
 * Limits of a connection. Headers and body must arrive in time, so that slow clients cannot hold
 * connections for ever; `maxHeaderSize` is API Gateway's limit for request line and headers.
 */
const CONNECTION = {
  maxHeaderSize: 10_240,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 2_000,
} as const;
/** A connection without any traffic; longer than the longest handler. */
const IDLE_SOCKET_MS = 60_000;
const MAX_CONNECTIONS = 512;
const DRAIN_MS = 5_000;

/**
 * Serves Lambda handlers over HTTP as an HTTP API of API Gateway does (payload format 2.0), with its
 * limits, and with the guards that a server on somebody's own machine needs.
 *
 * @throws {RangeError} for a malformed route table
 */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { clock, limits } = options;
  const timers = options.timers ?? nodeTimers();
  const newRequestId = options.newRequestId ?? randomUUID;
  const onError = options.onError ?? (() => {});
  const invoke = createInvoker({
    ...options,
    timers,
    guard: createGuard(options),
    onLateFailure: onError,
  });
  let isClosing = false;

  const answer = async (exchange: Exchange): Promise<Rendered> => {
    const { requestId } = exchange;
    const render = (result: Parameters<typeof renderResult>[0]) =>
      renderResult(result, limits.maxResponseBytes, requestId);
    try {
      return render(await invoke(exchange));
    } catch (error) {
      if (error instanceof DomainError) return render(errorResult(error, requestId));
      onError(error instanceof HandlerFailure ? error.cause : error, requestId);
      return render(internalErrorResult(requestId));
    }
  };

  const serve = async (
    request: IncomingMessage,
    response: ServerResponse,
    acceptBody: () => void,
  ) => {
    const startedAt = clock.now();
    const exchange: Exchange = {
      request,
      requestId: newRequestId(),
      acceptBody,
      routeKey: undefined,
    };
    const rendered = await answer(exchange);
    const { requestId, routeKey } = exchange;
    const { method = 'GET', url = '' } = request;
    const responseBytes = writeRendered(response, rendered, {
      isHead: method === 'HEAD',
      // The rest of a body that was not read would be taken for the next request.
      close: isClosing || !request.complete,
    });
    options.onRequest?.({
      requestId,
      method,
      path: parseTarget(url)?.rawPath ?? '',
      routeKey,
      status: rendered.status,
      durationMs: clock.now() - startedAt,
      responseBytes,
    });
  };

  const serveSafely = (
    request: IncomingMessage,
    response: ServerResponse,
    acceptBody: () => void,
  ) => {
    // Only a header that Node refuses to write, or a callback of the caller, can fail here.
    serve(request, response, acceptBody).catch((error: unknown) => {
      onError(error, '');
      response.destroy();
    });
  };

  const server = createServer(CONNECTION);
  server.timeout = IDLE_SOCKET_MS;
  server.maxConnections = MAX_CONNECTIONS;
  server.on('request', (request, response) => serveSafely(request, response, () => {}));
  server.on('checkContinue', (request, response) => {
    serveSafely(request, response, () => response.writeContinue());
  });
  server.on('clientError', (error, socket) => answerMalformed(error, socket, newRequestId()));

  return {
    listen: (port, host) => listen(server, port, host),
    close(drainMs = DRAIN_MS) {
      isClosing = true;
      return close(server, timers, drainMs);
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<{ readonly port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve({ port: typeof address === 'object' && address !== null ? address.port : port });
    });
  });
}

function close(server: Server, timers: Timers, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    const handle = timers.set(() => server.closeAllConnections(), drainMs);
    // The error says that the server was not listening: then there is nothing to close.
    server.close(() => {
      timers.clear(handle);
      resolve();
    });
    server.closeIdleConnections();
  });
}
