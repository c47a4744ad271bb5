import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { foldHeaders, toGatewayEvent } from '#server/http/gateway-event.ts';
import { at } from './memory-services.ts';

/**
 * The event of a request as API Gateway sends it.
 *
 * @param routeKey - `POST /api/v1/predict`, with path parameters in braces
 * @param body - sent as JSON; a string is sent as it is
 */
export function httpEvent(
  routeKey: string,
  options: {
    readonly body?: unknown;
    readonly query?: string;
    readonly params?: Readonly<Record<string, string>>;
  } = {},
): APIGatewayProxyEventV2 {
  const { body, query = '', params = {} } = options;
  const [method = '', path = ''] = routeKey.split(' ');
  const text = body === undefined || typeof body === 'string' ? (body ?? '') : JSON.stringify(body);
  return toGatewayEvent(
    { rawPath: path.replace(/\{(\w+)\}/g, (_, name) => params[name] ?? ''), rawQueryString: query },
    foldHeaders(['content-type', 'application/json']),
    new TextEncoder().encode(text),
    {
      routeKey,
      method,
      pathParameters: params,
      protocol: 'HTTP/1.1',
      sourceIp: '127.0.0.1',
      requestId: 'request-1',
      at: at('2026-03-02T10:00:00Z'),
    },
  );
}
