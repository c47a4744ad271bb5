import * as z from 'zod';
import { DomainError } from '#core/errors.ts';

/** The calls of MLflow's REST API 2.0 that are used here. */
export interface MlflowApi {
  /**
   * @param carriedOut - for calls that must not happen twice: asked before each repetition for what
   *   the attempt before has left, in case that only its answer was lost
   * @throws {DomainError} `TRACKER_UNAVAILABLE`
   */
  post<T>(
    path: string,
    body: unknown,
    schema: z.ZodType<T>,
    carriedOut?: () => Promise<T | undefined>,
  ): Promise<T>;
  /** @throws {DomainError} `TRACKER_UNAVAILABLE` */
  get<T>(path: string, query: Readonly<Record<string, string>>, schema: z.ZodType<T>): Promise<T>;
}

export interface MlflowApiOptions {
  /**
   * `MLFLOW_TRACKING_URI`: http or https, with the path prefix where there is one; a name and a
   * password in it are sent as Basic authentication, as MLflow's own clients do.
   */
  readonly trackingUri: string;
  /** A bearer token; none for a server that is open. */
  readonly token?: string | undefined;
  readonly fetch: typeof fetch;
  readonly sleep: (ms: number) => Promise<void>;
}

/** An answer that is an error by MLflow's own code. */
export class MlflowError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'MlflowError';
    this.code = code;
  }
}

const TIMEOUT_MS = 10_000;
const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 250;
const ErrorSchema = z.looseObject({ error_code: z.string(), message: z.string().default('') });

/** @throws {DomainError} `CONFIG_INVALID` unless the address is http or https */
export function createMlflowApi(options: MlflowApiOptions): MlflowApi {
  const { base, basic } = serverOf(options.trackingUri);
  const authorization = options.token ? `Bearer ${options.token}` : basic;
  const headers = {
    'content-type': 'application/json',
    ...(authorization === undefined ? {} : { authorization }),
  };
  const call = async <T>(
    url: URL,
    init: RequestInit,
    schema: z.ZodType<T>,
    carriedOut?: () => Promise<T | undefined>,
  ): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await tryOnce(options.fetch, url, { ...init, headers }, schema);
      if (outcome.done) return outcome.value;
      if (attempt === ATTEMPTS) throw unavailable(base, outcome.reason);
      await options.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
      const earlier = await carriedOut?.();
      if (earlier !== undefined) return earlier;
    }
  };
  const at = (path: string) => new URL(`${base}/api/2.0/mlflow/${path}`);
  return {
    post: (path, body, schema, carriedOut) =>
      call(at(path), { method: 'POST', body: JSON.stringify(body) }, schema, carriedOut),
    get(path, query, schema) {
      const url = at(path);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      return call(url, { method: 'GET' }, schema);
    },
  };
}

type Outcome<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly reason: string };

/** One attempt: an answer, or why it is worth another. */
async function tryOnce<T>(
  send: typeof fetch,
  url: URL,
  init: RequestInit,
  schema: z.ZodType<T>,
): Promise<Outcome<T>> {
  let response: Response;
  let text: string;
  try {
    response = await send(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    text = await response.text();
  } catch (error) {
    return { done: false, reason: error instanceof Error ? error.message : String(error) };
  }
  if (response.status === 429 || response.status >= 500) {
    return { done: false, reason: `it answered ${response.status}` };
  }
  const json = parseJson(text);
  if (!response.ok) {
    const known = ErrorSchema.safeParse(json);
    throw known.success
      ? new MlflowError(known.data.error_code, known.data.message)
      : unavailable(url.origin, `it answered ${response.status}`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { done: true, value: parsed.data };
  throw unavailable(url.origin, 'its answer is not of the form that MLflow documents');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Server {
  /** Without credentials, so that it can be shown. */
  readonly base: string;
  readonly basic: string | undefined;
}

function serverOf(trackingUri: string): Server {
  if (URL.canParse(trackingUri)) {
    const { protocol, origin, pathname, username, password } = new URL(trackingUri);
    if (/^https?:$/.test(protocol)) {
      const base = `${origin}${pathname}`.replace(/\/+$/, '');
      // fetch refuses addresses that hold credentials.
      const pair = `${decoded(username)}:${decoded(password)}`;
      const basic = `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
      return { base, basic: username === '' ? undefined : basic };
    }
  }
  const shown = trackingUri.replace(/\/\/[^/@]*@/, '//');
  throw new DomainError(
    'CONFIG_INVALID',
    `the tracking server of MLflow is given by an http or https address, got ${shown}`,
    { tracking_uri: shown },
  );
}

/** A part of an address as it is meant; a percent sign that encodes nothing means itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function unavailable(server: string, reason: string): DomainError {
  return new DomainError(
    'TRACKER_UNAVAILABLE',
    `the tracking server ${server} did not take the runs: ${reason}`,
    { server },
  );
}
