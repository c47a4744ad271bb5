import type * as z from 'zod';
import { DomainError } from '#core/errors.ts';
import type { HttpAnswer, SendHttp } from '../http/send-http.ts';

/** Gives the headers that authorise a request. */
export interface Authoriser {
  headers(signal?: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Forgets what `headers` gave, so that it is fetched anew. Absent where there is nothing newer. */
  renew?(): void;
}

/** One question to an API that answers in JSON. */
export interface JsonCall<S extends z.ZodType> {
  /** What is asked, for messages: `timeSeries.list`. */
  readonly what: string;
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers whose values are in no message. */
  readonly secretHeaders?: Readonly<Record<string, string>>;
  /** Less than that of the API, for what answers at once or not at all. */
  readonly timeoutMs?: number;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as a form; its values are in no message. */
  readonly form?: Readonly<Record<string, string>>;
  /** What is read of the answer. */
  readonly schema: S;
  readonly signal?: AbortSignal | undefined;
}

/** An API that answers in JSON. */
export interface JsonApi {
  /**
   * @throws {DomainError} `THROTTLED`; `DEADLINE_EXCEEDED`; `CONFIG_INVALID` where the question or who
   *   asks is refused; `PAYLOAD_TOO_LARGE`; `SOURCE_UNAVAILABLE` for every other failure, an answer
   *   that is no JSON or of another form among them
   */
  call<S extends z.ZodType>(call: JsonCall<S>): Promise<z.output<S>>;
}

export interface JsonApiOptions {
  /** Whose API it is, for messages. */
  readonly name: string;
  /** Bounded, and repeated where the failure may pass. */
  readonly send: SendHttp;
  readonly authoriser?: Authoriser;
  readonly timeoutMs: number;
  readonly maxBytes?: number;
}

/** A page of any of these APIs is far below it. */
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;

/** Longest quotation of what an API says of an error. */
const LONGEST_QUOTATION = 200;

/**
 * Asks an API that answers in JSON. Credentials that are refused are fetched anew, once. What an API says
 * of an error is quoted without anything that authorised the request.
 */
export function jsonApi(options: JsonApiOptions): JsonApi {
  const { name, send, authoriser, timeoutMs, maxBytes = DEFAULT_MAX_BYTES } = options;
  return {
    async call(call) {
      for (let isLast = authoriser?.renew === undefined; ; isLast = true) {
        const authorisation = (await authoriser?.headers(call.signal)) ?? {};
        const answer = await send({
          method: call.method,
          url: call.url,
          headers: {
            accept: 'application/json',
            ...call.headers,
            ...call.secretHeaders,
            ...authorisation,
            ...typeOf(call),
          },
          ...bodyOf(call),
          timeoutMs: Math.min(timeoutMs, call.timeoutMs ?? timeoutMs),
          maxBytes,
          ...(call.signal && { signal: call.signal }),
        });
        const isRefused = answer.status === 401 || answer.status === 403;
        if (isRefused && !isLast) {
          authoriser?.renew?.();
          continue;
        }
        const secrets = [authorisation, call.form, call.secretHeaders].flatMap((each) =>
          Object.values(each ?? {}),
        );
        const what = `${name}: ${call.what}`;
        if (answer.status !== 200) throw failureOf(what, call.url, answer, secrets);
        return parsed(what, answer, call.schema);
      }
    },
  };
}

function typeOf({ body, form }: JsonCall<z.ZodType>): Readonly<Record<string, string>> {
  if (form) return { 'content-type': 'application/x-www-form-urlencoded' };
  return body === undefined ? {} : { 'content-type': 'application/json' };
}

function bodyOf({ body, form }: JsonCall<z.ZodType>): { readonly body?: string } {
  if (form) return { body: new URLSearchParams(form).toString() };
  return body === undefined ? {} : { body: JSON.stringify(body) };
}

function failureOf(
  what: string,
  url: URL,
  answer: HttpAnswer,
  secrets: readonly string[],
): DomainError {
  const { status } = answer;
  const said = quotation(answer.body, secrets);
  const details = { host: url.host, status, ...(said !== undefined && { said }) };
  const because = said === undefined ? '' : `: ${said}`;
  if (status === 429) return new DomainError('THROTTLED', `${what} is throttled`, details);
  if (status === 401 || status === 403) {
    return new DomainError('CONFIG_INVALID', `${what} refuses the credentials${because}`, details);
  }
  if (status >= 400 && status < 500 && status !== 408) {
    return new DomainError(
      'CONFIG_INVALID',
      `${what} is refused with ${status}${because}`,
      details,
    );
  }
  return new DomainError('SOURCE_UNAVAILABLE', `${what} failed with ${status}${because}`, details);
}

function parsed<S extends z.ZodType>(what: string, answer: HttpAnswer, schema: S): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(answer.body.toString('utf8'));
  } catch {
    // The parser's own message would quote the answer.
    const details = { bytes: answer.body.length };
    throw new DomainError('SOURCE_UNAVAILABLE', `${what} answered what is no JSON`, details);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new DomainError('SOURCE_UNAVAILABLE', `${what} answered in another form`, { problems });
}

/** What an API says of an error, on one line; undefined where it says nothing that is understood. */
function quotation(body: Buffer, secrets: readonly string[]): string | undefined {
  const text = messageOf(body);
  if (text === undefined) return undefined;
  let plain = text.replace(/\s+/g, ' ').replace(/\p{C}/gu, '').trim();
  for (const secret of secrets.flatMap((each) => [each, each.replace(/^\w+ /, '')])) {
    if (secret.length >= 4) plain = plain.replaceAll(secret, '***');
  }
  return plain === '' ? undefined : plain.slice(0, LONGEST_QUOTATION);
}

function messageOf(body: Buffer): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  // Azure and Google: error.message; OAuth: error_description; Datadog: errors.
  const error = fieldOf(value, 'error');
  const texts = [
    fieldOf(value, 'error_description'),
    fieldOf(error, 'message'),
    error,
    fieldOf(fieldOf(value, 'errors'), '0'),
    fieldOf(value, 'errors'),
    fieldOf(value, 'message'),
  ];
  return texts.find((text) => typeof text === 'string');
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
