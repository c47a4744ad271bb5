import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createGunzip } from 'node:zlib';
import { DomainError } from '#core/errors.ts';
import { errorCodeOf, isError } from '../error-code.ts';

/** A request to a service that is not of AWS. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** From the first byte sent to the last one read. */
  readonly timeoutMs: number;
  /** Of the answer, unpacked. */
  readonly maxBytes: number;
  /** Aborts when nobody waits any more. */
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** Of a header, by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
}

/**
 * Sends one request and reads its answer, whatever the answer says. No second attempt, no redirect.
 *
 * @throws {DomainError} `SOURCE_UNAVAILABLE` of the network, `DEADLINE_EXCEEDED`, `PAYLOAD_TOO_LARGE`
 */
export type SendHttp = (request: HttpRequest) => Promise<HttpAnswer>;

/** How the other side of an encrypted connection is checked, and how it may check us. */
export interface TlsOptions {
  /** Certificates of the authorities that are believed instead of the system's, in PEM. */
  readonly ca?: string;
  /** Our own certificate and its key, in PEM. */
  readonly cert?: string;
  readonly key?: string;
  /** The name that the other side's certificate must be of, where it is not that of the address. */
  readonly serverName?: string;
  /** Believes anybody. */
  readonly insecure?: boolean;
}

export interface HttpConnection {
  readonly send: SendHttp;
  /** Ends the connections that are kept open between requests. */
  close(): void;
}

/**
 * Requests over node:http and node:https, because `fetch` takes no certificates. It never follows a
 * redirect: one could lead credentials to another host.
 */
export function nodeHttp(tls: TlsOptions = {}): HttpConnection {
  const http = new HttpAgent({ keepAlive: true });
  const https = new HttpsAgent({
    keepAlive: true,
    ...(tls.ca !== undefined && { ca: tls.ca }),
    ...(tls.cert !== undefined && { cert: tls.cert }),
    ...(tls.key !== undefined && { key: tls.key }),
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
    rejectUnauthorized: tls.insecure !== true,
  });
  return {
    send: (request) => send(request, { http, https }),
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

async function send(
  { method, url, headers, body, timeoutMs, maxBytes, signal }: HttpRequest,
  agents: { readonly http: HttpAgent; readonly https: HttpsAgent },
): Promise<HttpAnswer> {
  const isEncrypted = url.protocol === 'https:';
  const start = isEncrypted ? httpsRequest : httpRequest;
  const late = AbortSignal.timeout(timeoutMs);
  const ends = signal === undefined ? late : AbortSignal.any([late, signal]);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sending = start(url, {
        method,
        agent: isEncrypted ? agents.https : agents.http,
        signal: ends,
        headers: {
          'accept-encoding': 'gzip',
          ...headers,
          ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
        },
      });
      sending.on('response', resolve);
      sending.on('error', reject);
      sending.end(body);
    });
    return {
      status: response.statusCode ?? 0,
      header: (name) => [response.headers[name]].flat()[0],
      body: await readBody(response, maxBytes, ends),
    };
  } catch (error) {
    if (error instanceof DomainError) throw error;
    if (ends.aborted) throw gaveUp(url, late.aborted ? timeoutMs : undefined, error);
    const reason = reasonOf(error);
    throw new DomainError(
      'SOURCE_UNAVAILABLE',
      `${url.host} does not answer (${reason})`,
      { host: url.host, reason },
      error,
    );
  }
}

async function readBody(response: IncomingMessage, maxBytes: number, ends: AbortSignal) {
  const isPacked = response.headers['content-encoding'] === 'gzip';
  const unpacked = isPacked ? response.pipe(createGunzip()) : response;
  // A pipe hands on neither errors nor a connection that ends too early.
  const fail = (error: Error) => unpacked.destroy(error);
  if (isPacked) {
    response.on('error', fail);
    ends.addEventListener('abort', () => fail(new Error('aborted')), { once: true });
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of unpacked) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      response.destroy();
      throw new DomainError('PAYLOAD_TOO_LARGE', `the answer is longer than ${maxBytes} bytes`, {
        maxBytes,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function gaveUp(url: URL, timeoutMs: number | undefined, cause: unknown): DomainError {
  const message =
    timeoutMs === undefined
      ? `nobody waits for ${url.host} any more`
      : `${url.host} did not answer within ${timeoutMs / 1_000} s`;
  return new DomainError('DEADLINE_EXCEEDED', message, { host: url.host }, cause);
}

/** The code of a network error, else its words: `ECONNREFUSED`, `CERT_HAS_EXPIRED`. */
function reasonOf(error: unknown): string {
  return errorCodeOf(error) ?? (isError(error) ? error.message : String(error));
}
