import { ErrorEnvelopeSchema } from '#contracts/http/common.ts';
import type { Route } from '#contracts/routes.ts';
import { DomainError, ERROR_CATALOGUE, type ErrorCode, isDomainError } from '#core/errors.ts';
import type { Environment } from './environment.ts';
import { ServiceFault } from './failure.ts';
import { foreignError } from './foreign-error.ts';
import { type AnswerOf, OPERATIONS, type Operation, routeOf } from './operations.ts';

/** What goes with a call. */
export interface CallOptions {
  /** Values of the path's `{name}` parts. */
  readonly params?: Readonly<Record<string, string>>;
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** The body as JSON already, instead of `body`. */
  readonly json?: string;
}

/** The API of one endpoint. Every answer is checked against the contract before it is returned. */
export interface ApiClient {
  readonly endpoint: string;
  /** @throws {DomainError} as the API answered, `ENDPOINT_UNAVAILABLE`, `DEADLINE_EXCEEDED` */
  call<O extends Operation>(operation: O, options?: CallOptions): Promise<AnswerOf<O>>;
}

/** An HTTP request as it will be sent. */
export interface PreparedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Adds what proves who is calling. */
export type SignRequest = (
  request: PreparedRequest,
  route: Route,
) => Promise<Readonly<Record<string, string>>>;

export interface ApiClientOptions {
  readonly endpoint: string;
  readonly sign?: SignRequest;
  /** What stands before the path of a route; nothing unless given. */
  readonly prefixOf?: (route: Route) => string;
  /** How often one call is tried in all; 4 unless given. */
  readonly attempts?: number;
  /** Also tries again when nobody listens, for callers who wait for a service to come back. */
  readonly retryUnreachable?: boolean;
  /** Above the API's own limit of 29 s, so that the service says why and not we. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 35_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 10_000;
/** Statuses that say: later, perhaps. */
const RETRIED = new Set([429, 503]);

/**
 * A client over `fetch`. Calls that were throttled or found the service starting are tried again, a
 * bounded number of times: after what Retry-After says, or after a random time below an exponential
 * bound ("full jitter", Brooker 2015), so that many callers do not come back at once. Every call of
 * Helios may be repeated: ingest and train carry ids.
 */
export function createApiClient(
  environment: Pick<Environment, 'fetch' | 'sleep' | 'random'>,
  options: ApiClientOptions,
): ApiClient {
  const { attempts = 4, retryUnreachable = false, timeoutMs = TIMEOUT_MS } = options;
  const endpoint = options.endpoint.replace(/\/+$/, '');

  const send = async (request: PreparedRequest, route: Route): Promise<Answer> => {
    const added = (await options.sign?.(request, route)) ?? {};
    const response = await environment.fetch(request.url, {
      method: request.method,
      headers: { ...request.headers, ...added },
      // A redirect could take the key to another host.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    const retryAfter = response.headers.get('retry-after');
    return { status: response.status, text: await response.text(), retryAfter };
  };

  return {
    endpoint,
    async call(operation, callOptions = {}) {
      const route = routeOf(operation);
      const prefix = options.prefixOf?.(route) ?? '';
      const request = prepare(`${endpoint}${prefix}`, route, callOptions);
      for (let attempt = 1; ; attempt++) {
        const answer = await send(request, route).catch((error: unknown) => {
          const failure = unreachable(endpoint, error, timeoutMs);
          if (
            !retryUnreachable ||
            attempt >= attempts ||
            !isDomainError(failure) ||
            !failure.retryable
          ) {
            throw failure;
          }
          return undefined;
        });
        const again = answer === undefined || (RETRIED.has(answer.status) && attempt < attempts);
        if (!again) return readAnswer(operation, request, answer);
        await environment.sleep(delayMs(answer?.retryAfter, attempt, environment.random));
      }
    },
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
}

function prepare(base: string, route: Route, options: CallOptions): PreparedRequest {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(options.params?.[name] ?? ''),
  );
  const url = new URL(`${base}${path}`);
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const body =
    options.json ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  return { method: route.method, url, headers: { accept: 'application/json', ...type }, body };
}

function delayMs(
  retryAfter: string | null | undefined,
  attempt: number,
  random: () => number,
): number {
  const seconds = retryAfter ? Number(retryAfter) : Number.NaN;
  if (seconds >= 0) return Math.min(seconds * 1_000, LONGEST_DELAY_MS);
  return random() * Math.min(FIRST_DELAY_MS * 2 ** attempt, LONGEST_DELAY_MS);
}

function readAnswer<O extends Operation>(
  operation: O,
  request: PreparedRequest,
  answer: Answer,
): AnswerOf<O> {
  const what = `${request.method} ${request.url.pathname}`;
  const json = parseJson(answer, request);
  if (answer.status >= 400) throw failureOf(answer, json, what);
  const result = OPERATIONS[operation].safeParse(json);
  if (result.success) return result.data as AnswerOf<O>;
  const issues = result.error.issues
    .slice(0, 10)
    .map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const message = `the answer to ${what} does not keep the contract: is the endpoint of another version?`;
  throw new ServiceFault('ANSWER_INVALID', message, { endpoint: request.url.origin, issues });
}

function parseJson(answer: Answer, request: PreparedRequest): unknown {
  try {
    return JSON.parse(answer.text);
  } catch (error) {
    const message = `${request.url.origin} answered ${answer.status} without JSON: it is not Helios`;
    throw new DomainError('ENDPOINT_UNAVAILABLE', message, { endpoint: request.url.origin }, error);
  }
}

function failureOf(answer: Answer, json: unknown, what: string): Error {
  const envelope = ErrorEnvelopeSchema.safeParse(json);
  if (envelope.success) {
    const { error, request_id } = envelope.data;
    const details = { ...error.details, request_id };
    return isKnown(error.code)
      ? new DomainError(error.code, error.message, details)
      : new ServiceFault(error.code, error.message, details);
  }
  // What stands before the handlers (API Gateway, an authorizer) answers in its own form.
  const details = { status: answer.status, answer: answer.text.slice(0, 300) };
  const code = CODES_BY_STATUS[answer.status];
  const message = `${what} was answered with status ${answer.status}`;
  return code
    ? new DomainError(code, message, details)
    : new ServiceFault('INTERNAL', message, details);
}

const CODES_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'REQUEST_INVALID',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'PAYLOAD_TOO_LARGE',
  429: 'THROTTLED',
  503: 'ENDPOINT_UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, code);
}

function unreachable(endpoint: string, error: unknown, timeoutMs: number): Error {
  // Problems of signing (no credentials) say what they are themselves.
  if (error instanceof DomainError) return error;
  const { name, message: text, code, cause } = foreignError(error);
  if (name === 'TimeoutError') {
    const message = `${endpoint} did not answer within ${timeoutMs / 1_000} s`;
    return new DomainError('DEADLINE_EXCEEDED', message, { endpoint }, error);
  }
  // fetch says "fetch failed"; why is in the cause.
  const inner = cause === undefined ? undefined : foreignError(cause);
  const reason = inner?.code ?? inner?.message ?? code ?? text;
  const message = `nothing usable answers at ${endpoint} (${reason})`;
  return new DomainError('ENDPOINT_UNAVAILABLE', message, { endpoint }, error);
}
