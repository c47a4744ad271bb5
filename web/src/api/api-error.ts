import type { ErrorEnvelope } from '#contracts/http/common.ts';

/**
 * What kept an answer away: the API cannot be reached, the caller is not signed in (any more), the
 * API refused and says why, or it answered something that is no answer.
 */
export type FailureKind = 'unreachable' | 'signed_out' | 'refused' | 'broken';

/** A request that got no answer, with what the API said of it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly kind: FailureKind;
  readonly status: number | undefined;
  /** Of the API's error catalogue. */
  readonly code: string | undefined;
  readonly hint: string | undefined;
  readonly requestId: string | undefined;

  constructor(
    kind: FailureKind,
    message: string,
    said: { status?: number; code?: string; hint?: string; requestId?: string } = {},
  ) {
    super(message);
    this.kind = kind;
    this.status = said.status;
    this.code = said.code;
    this.hint = said.hint;
    this.requestId = said.requestId;
  }
}

/** What an answer with an error status means; `body` is its JSON, where it has any. */
export function errorOf(status: number, body: unknown): ApiError {
  if (status === 401 || status === 403) {
    return new ApiError('signed_out', 'not signed in, or not allowed to see this', { status });
  }
  if (isEnvelope(body)) {
    const { code, message, hint } = body.error;
    return new ApiError('refused', message, { status, code, hint, requestId: body.request_id });
  }
  // Something in front of the API answered: it is the API that did not.
  if (status >= 502 && status <= 504) {
    return new ApiError('unreachable', `the API did not answer (${status})`, { status });
  }
  return new ApiError('broken', `the API answered ${status} without saying why`, { status });
}

function isEnvelope(body: unknown): body is ErrorEnvelope {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false;
  const { error } = body;
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    typeof error.code === 'string' &&
    'message' in error &&
    typeof error.message === 'string'
  );
}
