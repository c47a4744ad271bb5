import type { IncomingMessage } from 'node:http';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import { DomainError } from '#core/errors.ts';
import type { Clock } from '#core/time.ts';
import type { Timers } from '#server/timers.ts';
import { announcesTooMuch, readBody, tooLarge } from './body.ts';
import { foldHeaders, isJson, parseTarget, toGatewayEvent } from './gateway-event.ts';
import type { AuthorizeRequest } from './guard.ts';
import { lambdaContext } from './lambda-context.ts';
import { createRouter, type RouteMatch } from './router.ts';

/** A Lambda function behind a route. */
export type HttpHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** One row of the route table: `GET /a/{id}`, `GET /static/{path+}`; method ANY takes every method. */
export interface HttpRoute {
  readonly method: string;
  readonly path: string;
  readonly handler: HttpHandler;
}

/** What one request may cost. `LIMITS` of `#contracts/http/common.ts` fits. */
export interface HttpLimits {
  readonly maxRequestBytes: number;
  readonly maxResponseBytes: number;
  readonly timeoutMs: number;
}

/** A request on its way; `routeKey` is set once a route has taken it. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly requestId: string;
  /** Tells a client that waits for it to send the body. */
  readonly acceptBody: () => void;
  routeKey: string | undefined;
}

/** A handler threw: on AWS its caller would see no more than a 500, whatever the error was. */
export class HandlerFailure extends Error {
  override readonly name = 'HandlerFailure';

  constructor(cause: unknown) {
    super('a handler failed', { cause });
  }
}

/**
 * The way of a request to its handler: guards, route, body, event, deadline.
 *
 * @returns a function that throws {DomainError} for a refusal and {HandlerFailure} for a fault
 * @throws {RangeError} for a malformed route table
 */
export function createInvoker(options: {
  readonly routes: readonly HttpRoute[];
  readonly limits: HttpLimits;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly guard: (request: AuthorizeRequest) => Promise<void>;
  /** Told of a handler that failed after its deadline, when its caller is gone. */
  readonly onLateFailure: (error: unknown, requestId: string) => void;
}): (exchange: Exchange) => Promise<APIGatewayProxyStructuredResultV2> {
  const { clock, guard, limits, timers } = options;
  const route = createRouter(options.routes);

  return async (exchange) => {
    const { request, requestId } = exchange;
    const { method = 'GET', url = '' } = request;
    const target = parseTarget(url);
    if (target === undefined) throw new DomainError('REQUEST_INVALID', 'the URL is not a path');
    const headers = foldHeaders(request.rawHeaders);
    await guard({ method, path: target.rawPath, headers });
    const match = route(method, target.rawPath);
    if (match.kind !== 'found') throw refusal(match, method, target.rawPath);
    exchange.routeKey = `${match.route.method} ${match.route.path}`;

    if (announcesTooMuch(headers, limits.maxRequestBytes)) throw tooLarge(limits.maxRequestBytes);
    exchange.acceptBody();
    const body = await readBody(request, limits.maxRequestBytes);
    if (body.length > 0 && !isRead(method) && !isJson(headers['content-type'])) {
      const type = JSON.stringify(headers['content-type'] ?? '');
      throw new DomainError('MEDIA_TYPE_UNSUPPORTED', `a body is application/json, got ${type}`);
    }
    const at = clock.now();
    const event = toGatewayEvent(target, headers, body, {
      routeKey: exchange.routeKey,
      method: method === 'HEAD' ? 'GET' : method,
      pathParameters: match.pathParameters,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: request.socket.remoteAddress ?? '',
      requestId,
      at,
    });
    const context = lambdaContext(exchange.routeKey, requestId, () =>
      Math.max(0, at + limits.timeoutMs - clock.now()),
    );
    const work = Promise.resolve().then(() => match.route.handler(event, context));
    return beforeDeadline(work, requestId);
  };

  function beforeDeadline<T>(work: Promise<T>, requestId: string): Promise<T> {
    const { timeoutMs } = limits;
    return new Promise((resolve, reject) => {
      let isLate = false;
      const handle = timers.set(() => {
        isLate = true;
        reject(
          new DomainError('DEADLINE_EXCEEDED', `no answer within ${timeoutMs} ms`, { timeoutMs }),
        );
      }, timeoutMs);
      const fail = (error: unknown) => {
        if (isLate) options.onLateFailure(error, requestId);
        else reject(new HandlerFailure(error));
      };
      work.then(resolve, fail).finally(() => timers.clear(handle));
    });
  }
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

function refusal(
  match: Exclude<RouteMatch<HttpRoute>, { kind: 'found' }>,
  method: string,
  path: string,
): DomainError {
  const asked = `${method} ${path.slice(0, 200)}`;
  switch (match.kind) {
    case 'malformed':
      return new DomainError('REQUEST_INVALID', `the path is not well encoded: ${asked}`);
    case 'wrong-method':
      return new DomainError('METHOD_NOT_ALLOWED', `this path does not take ${method}`, {
        allowed: match.allowed,
      });
    case 'not-found':
      return new DomainError('NOT_FOUND', `nothing is at ${asked}`);
  }
}
