import { createHash } from 'node:crypto';
import middy from '@middy/core';
import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import * as z from 'zod';
import { type ErrorEnvelope, LIMITS } from '#contracts/http/common.ts';
import { routeFinder } from '#contracts/route-sets.ts';
import type { Route } from '#contracts/routes.ts';
import { DomainError, ERROR_CATALOGUE, isDomainError } from '#core/errors.ts';
import type { EventLogger } from './logger.ts';

/** What an operation gets: parsed by the schemas of its route, path parameters decoded. */
export interface HttpCall {
  readonly body: unknown;
  readonly query: unknown;
  readonly params: Readonly<Record<string, string>>;
  /** The identity that the request was signed with; undefined where nobody had to sign. */
  readonly caller: string | undefined;
}

/** Answers one operation. The result is the response's body; `status` where it is not the route's. */
export type Operation = (call: HttpCall) => Promise<unknown>;

/** A body with another status than the route's, e.g. 503 of `/ready`. */
export class Answer {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    this.status = status;
    this.body = body;
  }
}

/** A body that is not JSON: sent as it is, under its own content type. */
export class TextBody {
  readonly contentType: string;
  readonly text: string;

  constructor(contentType: string, text: string) {
    this.contentType = contentType;
    this.text = text;
  }
}

/** A Lambda function behind the HTTP API. */
export type HttpHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** Problems of one request that are named. */
const MAX_ISSUES = 20;

const SECURITY_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/**
 * The Lambda handler of the operations of one function: finds the route, parses body and query by its
 * schemas, calls the operation and maps what it throws to the error envelope.
 *
 * @param routes - the rows of the route table that are this function's
 */
export function createHttpHandler(
  routes: readonly Route[],
  operations: Readonly<Record<string, Operation>>,
  logger: EventLogger,
): HttpHandler {
  const findServed = routeFinder(routes);
  const findRoute = (routeKey = ''): Route => {
    const served = findServed(routeKey);
    if (served) return served.route;
    throw noRoute(routeKey);
  };
  const answer = async (event: APIGatewayProxyEventV2) => {
    const route = findRoute(event.routeKey);
    const operation = operations[route.operation];
    if (!operation) throw new RangeError(`this function does not answer ${route.operation}`);
    const result = await operation({
      body: route.body ? parseWith(route.body, parseJson(event), 'body') : undefined,
      query: route.query
        ? parseWith(route.query, event.queryStringParameters ?? {}, 'query')
        : undefined,
      params: decodeParams(event.pathParameters),
      caller: callerOf(event),
    });
    const { status, body } = result instanceof Answer ? result : new Answer(route.status, result);
    const response = respond(status, body);
    return route.method === 'GET' && status === 200 ? revalidated(response, event) : response;
  };
  return answering(answer, logger);
}

/** Calls `answer`, and maps what it throws to the error envelope. */
export function answering(answer: HttpHandler, logger: EventLogger): HttpHandler {
  const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
    .onError((request) => {
      const { error, event, context } = request;
      request.response = errorResponse(error, requestIdOf(event, context), logger, event.routeKey);
    })
    .handler(answer);
  // Who may invoke the function by hand may send anything: what is no request has no route.
  return (event, context) =>
    handler(Object(event), context) as Promise<APIGatewayProxyStructuredResultV2>;
}

/** What a request is told that no operation is for. */
export function noRoute(routeKey: string): DomainError {
  return new DomainError('NOT_FOUND', `there is no route ${routeKey.slice(0, 200)}`);
}

const SignedSchema = z.object({
  authorizer: z.object({ iam: z.object({ userArn: z.string().min(1).max(2_048) }) }),
});

/** The IAM principal, as API Gateway's authorizer names it. */
function callerOf({ requestContext }: APIGatewayProxyEventV2): string | undefined {
  return SignedSchema.safeParse(requestContext).data?.authorizer.iam.userArn;
}

function parseJson(event: APIGatewayProxyEventV2): unknown {
  const text = event.isBase64Encoded
    ? Buffer.from(event.body ?? '', 'base64').toString('utf8')
    : (event.body ?? '');
  if (Buffer.byteLength(text) > LIMITS.maxRequestBytes) {
    throw new DomainError('PAYLOAD_TOO_LARGE', 'the body is larger than 1 MB', {
      maxBytes: LIMITS.maxRequestBytes,
    });
  }
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unreadable';
    throw new DomainError('REQUEST_INVALID', `the body is not JSON: ${why.slice(0, 200)}`);
  }
}

/** Parses by a route's schema. @throws {DomainError} `REQUEST_INVALID` with what is wrong where */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = problemsOf(parsed.error.issues).slice(0, MAX_ISSUES);
  const [first] = issues;
  const where = first?.path ? `${what}.${first.path}` : what;
  throw new DomainError('REQUEST_INVALID', `${where}: ${first?.message ?? 'invalid'}`, { issues });
}

interface Problem {
  readonly path: string;
  readonly message: string;
}

/** Issues with the path of each; of a union those of the alternative that came nearest. */
function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  at: readonly PropertyKey[] = [],
): readonly Problem[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: pathText([...path, key]),
        message: 'there is no such field',
      }));
    }
    if (issue.code === 'invalid_union') {
      // Of another type altogether is farther away than any number of faults inside.
      const farOff = (errors: readonly z.core.$ZodIssue[]) =>
        Number(errors.some((each) => each.code === 'invalid_type' && each.path.length === 0));
      const [nearest] = issue.errors
        .toSorted((a, b) => farOff(a) - farOff(b))
        .map((errors) => problemsOf(errors, path))
        .toSorted((a, b) => a.length - b.length);
      if (nearest) return nearest;
    }
    return [{ path: pathText(path), message: issue.message }];
  });
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map(String).join('.').slice(0, 200);
}

function decodeParams(
  params: APIGatewayProxyEventV2['pathParameters'],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(params ?? {}).map(([name, value]) => [name, decode(value ?? '')]),
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function respond(status: number, body: unknown): APIGatewayProxyStructuredResultV2 {
  const { contentType, text } =
    body instanceof TextBody
      ? body
      : new TextBody(SECURITY_HEADERS['content-type'], JSON.stringify(body));
  if (Buffer.byteLength(text) > LIMITS.maxResponseBytes) {
    throw new DomainError('PAYLOAD_TOO_LARGE', 'the answer is larger than 5 MB: ask for less', {
      maxBytes: LIMITS.maxResponseBytes,
    });
  }
  const headers = { ...SECURITY_HEADERS, 'content-type': contentType };
  return { statusCode: status, headers, body: text };
}

/**
 * Lets whoever has the same answer already keep it: pages ask again every few seconds (RFC 9110 §13.1.2). The
 * tag is weak, since what compresses an answer on its way may leave the tag as it is.
 */
function revalidated(
  response: APIGatewayProxyStructuredResultV2,
  { headers: asked }: APIGatewayProxyEventV2,
): APIGatewayProxyStructuredResultV2 {
  const etag = `W/"${createHash('sha256')
    .update(response.body ?? '')
    .digest('base64url')}"`;
  const headers = { ...response.headers, 'cache-control': 'private, no-cache', etag };
  // Compared without regard to their weakness, as this header is.
  const known = asked?.['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known?.includes(etag.slice(2)) ? { statusCode: 304, headers } : { ...response, headers };
}

function requestIdOf(event: APIGatewayProxyEventV2, context: Context): string {
  return event.requestContext?.requestId ?? context?.awsRequestId ?? 'unknown';
}

/** An error in the envelope; one that is our own fault shows nothing of what is inside. */
function errorResponse(
  error: unknown,
  requestId: string,
  logger: EventLogger,
  routeKey: string,
): APIGatewayProxyStructuredResultV2 {
  const known = isDomainError(error);
  const status = known ? ERROR_CATALOGUE[error.code].http : 500;
  if (status >= 500) {
    logger.error('request failed', {
      routeKey,
      requestId,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      ...(known && error.cause !== undefined && { cause: String(error.cause) }),
    });
  }
  const envelope: ErrorEnvelope = {
    error: known
      ? {
          code: error.code,
          message: error.message,
          details: { ...error.details },
          hint: error.hint,
        }
      : {
          code: 'INTERNAL',
          message: 'something went wrong on our side',
          details: {},
          hint: 'try again; if it stays, report the request id',
        },
    request_id: requestId,
  };
  return { statusCode: status, headers: SECURITY_HEADERS, body: JSON.stringify(envelope) };
}
