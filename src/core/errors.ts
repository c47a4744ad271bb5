/** How one kind of error looks at every edge: HTTP status, process exit code, and what to do next. */
interface ErrorRow {
  readonly http: number;
  readonly exit: number;
  readonly retryable: boolean;
  readonly hint: string;
}

/** Every error Helios reports on purpose. Documented in docs/reference/errors.md. */
export const ERROR_CATALOGUE = {
  // The caller is wrong.
  REQUEST_INVALID: row(400, 2, 'correct the fields named in details and send the request again'),
  CONFIG_INVALID: row(400, 2, 'correct the option or the key named in details'),
  METRIC_UNKNOWN: row(400, 2, 'use one of the metrics listed in details.known'),
  MODEL_UNKNOWN: row(400, 2, 'use auto or one of the models listed in details.known'),
  HORIZON_OUT_OF_RANGE: row(400, 2, 'ask for 1 step or more, up to the limit in details'),
  QUANTILE_OUT_OF_RANGE: row(400, 2, 'quantiles lie strictly between 0 and 1, in ascending order'),
  QUANTILES_UNSUPPORTED: row(400, 2, 'this model gives points only: ask the calibrated blend'),
  SERIES_EMPTY: row(400, 2, 'send at least one observation'),
  SERIES_MISALIGNED: row(400, 2, 'all series of a frame share start, step and length'),
  IMPORT_INVALID: row(400, 2, 'see the line numbers in details; --dry-run checks without storing'),
  UNAUTHORIZED: row(401, 2, 'send a valid key: Authorization: Bearer <key>'),
  FORBIDDEN: row(403, 2, 'the key or address is not allowed to do this'),
  NOT_FOUND: row(404, 2, 'check the name; helios status lists what is known'),
  NOT_PUBLISHED: row(
    404,
    3,
    'nothing valid is published: details say why; keep what you have',
    true,
  ),
  METHOD_NOT_ALLOWED: row(405, 2, 'details.allowed lists the methods of this path'),
  PAYLOAD_TOO_LARGE: row(
    413,
    2,
    'send fewer samples or steps a request; details.maxBytes is the limit',
  ),
  MEDIA_TYPE_UNSUPPORTED: row(415, 2, 'send the header content-type: application/json'),
  // The data cannot carry an answer.
  HISTORY_TOO_SHORT: row(422, 3, 'wait for more observations, or widen the window'),
  FIT_DID_NOT_CONVERGE: row(422, 3, 'the other models still serve; check the series for outliers'),
  // Stored state is in the way.
  STATE_INCOMPATIBLE: row(409, 4, 'retrain: the stored model is of another version'),
  MODEL_CHANGED: row(409, 4, 'another change came first: look at helios models and try again'),
  ARTIFACT_CORRUPT: row(409, 4, 'stored data fails its check: for a model roll back or retrain'),
  ROLLBACK_IMPOSSIBLE: row(409, 4, 'there is no earlier champion to go back to'),
  STORE_LOCKED: row(409, 4, 'another process uses this data directory: talk to it, or stop it'),
  // Something outside did not work.
  SOURCE_UNAVAILABLE: row(503, 5, 'the metrics source did not answer', true),
  TRACKER_UNAVAILABLE: row(503, 5, 'is the tracking server running? check its address', true),
  STORE_UNAVAILABLE: row(503, 5, 'the store did not answer; try again shortly', true),
  ENDPOINT_UNAVAILABLE: row(503, 5, 'is helios serve running? check --endpoint', true),
  THROTTLED: row(429, 5, 'slow down and try again', true),
  DEADLINE_EXCEEDED: row(504, 6, 'ask for less in one request', true),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** What a `DomainError` may carry beside its message: plain JSON, numbers preferred. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/**
 * An error someone outside the code can act on. Each edge (HTTP, CLI) translates it by the row of
 * its code. The message is lower case and says what went wrong, with the value and what is allowed.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }

  /** What the reader should do next. */
  get hint(): string {
    return ERROR_CATALOGUE[this.code].hint;
  }

  get retryable(): boolean {
    return ERROR_CATALOGUE[this.code].retryable;
  }
}

/** Tells whether `error` is a `DomainError`, and if codes are given, one of these. */
export function isDomainError(
  error: unknown,
  ...codes: readonly ErrorCode[]
): error is DomainError {
  return error instanceof DomainError && (codes.length === 0 || codes.includes(error.code));
}

function row(http: number, exit: number, hint: string, retryable = false): ErrorRow {
  return { http, exit, retryable, hint };
}
