import { ApiError, errorOf } from './api-error.ts';

/** One request. The method is GET, or POST where there is a body. */
export interface Question {
  readonly path: string;
  readonly body?: unknown;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
}

/** Asks the API. */
export interface ApiClient {
  /** @throws {ApiError} */
  ask<T>(question: Question, signal?: AbortSignal): Promise<T>;
}

/** What a client needs of its surroundings. */
export interface ClientDeps {
  /** Put before every path. */
  readonly base: string;
  readonly fetch: typeof fetch;
  /** The caller's token, where people sign in. */
  readonly token?: () => Promise<string | undefined>;
  /** Told when the API says that the caller is not signed in. */
  readonly onSignedOut?: () => void;
  readonly timeoutMs?: number;
}

/** A little more than the API allows itself. */
const TIMEOUT_MS = 31_000;

/** Answers that are kept to ask whether they still hold. */
const REMEMBERED = 64;

/**
 * A client that asks again only for what has changed: it sends the entity tag of its last answer, and
 * takes 304 as that answer.
 */
export function createClient(deps: ClientDeps): ApiClient {
  const known = new Map<string, { readonly tag: string; readonly data: unknown }>();

  const remember = (key: string, response: Response, data: unknown) => {
    const tag = response.headers.get('etag');
    known.delete(key);
    if (!tag) return;
    known.set(key, { tag, data });
    for (const oldest of known.keys()) {
      if (known.size <= REMEMBERED) break;
      known.delete(oldest);
    }
  };

  return {
    async ask<T>({ path, body, method }: Question, signal?: AbortSignal): Promise<T> {
      const verb = method ?? (body === undefined ? 'GET' : 'POST');
      const last = verb === 'GET' ? known.get(path) : undefined;
      const headers = new Headers({ accept: 'application/json' });
      const token = await deps.token?.();
      if (token) headers.set('authorization', `Bearer ${token}`);
      if (last) headers.set('if-none-match', last.tag);
      if (body !== undefined) headers.set('content-type', 'application/json');
      const timeout = AbortSignal.timeout(deps.timeoutMs ?? TIMEOUT_MS);
      try {
        const response = await deps.fetch(`${deps.base}${path}`, {
          method: verb,
          headers,
          cache: 'no-store',
          signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        // An answer that was asked about with its tag is of the type it had.
        if (response.status === 304 && last) return last.data as T;
        const data = await readJson(response);
        if (!response.ok) throw errorOf(response.status, data);
        if (data === undefined) throw new ApiError('broken', 'the API answered no JSON');
        if (verb === 'GET') remember(path, response, data);
        return data as T;
      } catch (error) {
        const failure = failureOf(error, signal);
        if (failure instanceof ApiError && failure.kind === 'signed_out') deps.onSignedOut?.();
        throw failure;
      }
    },
  };
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` rejects with a TypeError where nobody answered, and with the signal's reason. */
function failureOf(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof ApiError || signal?.aborted) return error;
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return new ApiError('unreachable', 'the API did not answer in time');
  }
  if (error instanceof TypeError) return new ApiError('unreachable', 'the API cannot be reached');
  return error;
}
