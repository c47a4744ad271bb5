import { type ServerResponse, validateHeaderName, validateHeaderValue } from 'node:http';
import type { Duplex } from 'node:stream';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { DomainError } from '#core/errors.ts';
import { envelopeResult } from './error-envelope.ts';

/** A handler's result, checked and ready to be written. */
export interface Rendered {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
}

// The server's own business: a handler's value could contradict what is sent.
const OWN_HEADERS = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive']);

/** Sent with every answer, unless the handler says otherwise. */
const DEFAULT_HEADERS = [
  ['x-content-type-options', 'nosniff'],
  ['cache-control', 'no-store'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-resource-policy', 'same-origin'],
] as const;

/**
 * Checks a handler's result.
 *
 * @throws {DomainError} `PAYLOAD_TOO_LARGE` when its body has more than `maxBytes`
 * @throws {RangeError} for a status that HTTP has no place for
 * @throws {TypeError} for a header that HTTP has no place for
 */
export function renderResult(
  result: APIGatewayProxyStructuredResultV2,
  maxBytes: number,
  requestId: string,
): Rendered {
  const status = result.statusCode ?? 200;
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new RangeError(`a status is a whole number from 200 to 599, got ${status}`);
  }
  const body = Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8');
  if (body.length > maxBytes) {
    throw new DomainError(
      'PAYLOAD_TOO_LARGE',
      `the answer has ${body.length} bytes, at most ${maxBytes} can be sent`,
      { maxBytes, bytes: body.length },
    );
  }
  const headers = new Map<string, string>(DEFAULT_HEADERS);
  if (body.length > 0) headers.set('content-type', 'text/plain; charset=utf-8');
  for (const [name, value] of Object.entries(result.headers ?? {})) {
    const key = name.toLowerCase();
    if (OWN_HEADERS.has(key)) continue;
    validateHeaderName(key);
    validateHeaderValue(key, String(value));
    headers.set(key, String(value));
  }
  for (const cookie of result.cookies ?? []) validateHeaderValue('set-cookie', cookie);
  headers.set('x-request-id', requestId);
  return { status, headers, cookies: result.cookies ?? [], body };
}

/**
 * Writes an answer. A HEAD request gets the headers only.
 * @returns bytes of the body that were sent
 */
export function writeRendered(
  response: ServerResponse,
  rendered: Rendered,
  options: { readonly isHead: boolean; readonly close: boolean },
): number {
  const { status, headers, cookies, body } = rendered;
  for (const [name, value] of headers) response.setHeader(name, value);
  if (cookies.length > 0) response.setHeader('set-cookie', [...cookies]);
  if (options.close) response.setHeader('connection', 'close');
  response.statusCode = status;
  if (status === 204 || status === 304) {
    response.end();
    return 0;
  }
  response.setHeader('content-length', body.length);
  const bytes = options.isHead ? 0 : body.length;
  response.end(bytes === 0 ? undefined : body);
  return bytes;
}

/** What a request that is no valid HTTP is told, by the code of Node's parser. */
const MALFORMED: Readonly<Record<string, { status: number; code: string; message: string }>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'PAYLOAD_TOO_LARGE',
    message: 'the URL and the headers are too long',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'DEADLINE_EXCEEDED',
    message: 'the request took too long to arrive',
  },
};
const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Answers bytes that are no valid request, and closes the connection. */
export function answerMalformed(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  requestId: string,
): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, code, message } = MALFORMED[error.code ?? ''] ?? {
    status: 400,
    code: 'REQUEST_INVALID',
    message: 'this is not a valid HTTP request',
  };
  const { body = '' } = envelopeResult(status, {
    error: { code, message, details: {}, hint: 'send a valid, smaller or faster request' },
    request_id: requestId,
  });
  socket.end(
    `HTTP/1.1 ${status} ${REASONS[status]}\r\nconnection: close\r\n` +
      `content-type: application/json\r\nx-content-type-options: nosniff\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
