import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { DomainError } from '#core/errors.ts';
import { type EpochMs, toIso } from '#core/time.ts';

/** The two parts of a request target, both still encoded. */
export interface Target {
  readonly rawPath: string;
  readonly rawQueryString: string;
}

/** Splits a request target. @returns undefined when it is no path and no http URL */
export function parseTarget(target: string): Target | undefined {
  // Not by the URL class: it reads //host/path as a host and folds dot segments.
  const path = target.startsWith('/') ? target : /^https?:\/\/[^/?#]*(\/.*)$/i.exec(target)?.[1];
  if (path === undefined) return undefined;
  const mark = path.indexOf('?');
  if (mark === -1) return { rawPath: path, rawQueryString: '' };
  return { rawPath: path.slice(0, mark), rawQueryString: path.slice(mark + 1) };
}

/** Headers under lower-case names; repeated ones are joined by commas, as payload format 2.0 does. */
export function foldHeaders(rawHeaders: readonly string[]): Readonly<Record<string, string>> {
  const folded = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    const before = folded.get(name);
    folded.set(name, before === undefined ? rawHeaders[i + 1]! : `${before},${rawHeaders[i + 1]}`);
  }
  return Object.fromEntries(folded);
}

/** What the gateway knows of a request beside its text. */
export interface Routing {
  readonly routeKey: string;
  readonly method: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly protocol: string;
  readonly sourceIp: string;
  readonly requestId: string;
  readonly at: EpochMs;
}

/**
 * The event that an HTTP API of API Gateway sends to a Lambda function, payload format 2.0.
 *
 * @param allHeaders - from `foldHeaders`
 * @throws {DomainError} `REQUEST_INVALID` when a text body is not UTF-8
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toGatewayEvent(
  target: Target,
  allHeaders: Readonly<Record<string, string>>,
  body: Uint8Array,
  routing: Routing,
): APIGatewayProxyEventV2 {
  const { cookie, ...headers } = allHeaders;
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  const query = foldQuery(target.rawQueryString);
  const isText = isTextBody(headers);
  return {
    version: '2.0',
    routeKey: routing.routeKey,
    rawPath: target.rawPath,
    rawQueryString: target.rawQueryString,
    ...(cookie === undefined
      ? {}
      : {
          cookies: cookie
            .split(/[;,]/)
            .map((part) => part.trim())
            .filter((part) => part !== ''),
        }),
    headers,
    ...(query.size === 0 ? {} : { queryStringParameters: Object.fromEntries(query) }),
    requestContext: {
      accountId: 'local',
      apiId: 'local',
      domainName: host,
      domainPrefix: host.split('.')[0] ?? '',
      http: {
        method: routing.method,
        path: target.rawPath,
        protocol: routing.protocol,
        sourceIp: routing.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: routing.requestId,
      routeKey: routing.routeKey,
      stage: '$default',
      time: commonLogTime(routing.at),
      timeEpoch: routing.at,
    },
    ...(Object.keys(routing.pathParameters).length === 0
      ? {}
      : { pathParameters: { ...routing.pathParameters } }),
    ...(body.length === 0 ? {} : { body: isText ? decodeText(body) : base64(body) }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

function foldQuery(rawQueryString: string): Map<string, string> {
  const folded = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    const before = folded.get(name);
    folded.set(name, before === undefined ? value : `${before},${value}`);
  }
  return folded;
}

/** Tells whether a content type is JSON: `application/json` or `application/…+json`. */
export function isJson(contentType: string | undefined): boolean {
  return /^application\/(json|[\w.-]+\+json)\s*(;|$)/i.test(contentType ?? '');
}

function isTextBody(headers: Readonly<Record<string, string>>): boolean {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return false;
  const type = headers['content-type'];
  return isJson(type) || /^(text\/|application\/(xml|javascript)\s*(;|$))/i.test(type ?? '');
}

function decodeText(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    // A lenient decoder would put replacement characters into somebody's data.
    throw new DomainError('REQUEST_INVALID', 'the body is not valid UTF-8');
  }
}

function base64(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A moment as `requestContext.time` writes it: `09/Jan/2026:07:05:03 +0000`. */
function commonLogTime(at: EpochMs): string {
  const [date = '', rest = ''] = toIso(at).split('T');
  const [year, month, day] = date.split('-');
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${rest.slice(0, 8)} +0000`;
}
