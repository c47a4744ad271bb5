import { DomainError } from '#core/errors.ts';
import { errorCodeOf, isError } from '../error-code.ts';

/** What errors of a service carry, the AWS SDK's and ours; network errors have none of it. */
interface AwsErrorShape {
  readonly name: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

/** How services name the refusal of a call for lack of capacity. */
export const THROTTLING_NAMES: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** The network gave no whole answer. */
const NETWORK_CODES: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** What a service answered instead of a result; `name` is the service's, e.g. `ThrottlingException`. */
export class AwsServiceError extends Error {
  override readonly name: string;
  readonly $metadata: {
    readonly httpStatusCode: number;
    /** How often the request had been sent when this ended it. */
    readonly attempts: number;
    readonly requestId?: string;
    /** The service's time, as HTTP writes it. */
    readonly date?: string;
  };

  constructor(name: string, message: string, metadata: AwsServiceError['$metadata']) {
    super(message);
    this.name = name;
    this.$metadata = metadata;
  }
}

/**
 * Tells whether the same request may succeed when it is sent again: the service was busy or broken,
 * or the network failed. Wrong requests, refused conditions and faults of our own stay what they are.
 */
export function isRetryable(error: unknown): boolean {
  if (error instanceof AwsServiceError) {
    const { httpStatusCode } = error.$metadata;
    return THROTTLING_NAMES.has(error.name) || httpStatusCode === 429 || !(httpStatusCode < 500);
  }
  if (isAwsError(error, 'TimeoutError', 'ChecksumError')) return true;
  return NETWORK_CODES.has(errorCodeOf(error) ?? '');
}

/**
 * Runs one call to an AWS service and translates what it throws.
 *
 * @param what - names the call in messages, e.g. `read observations`
 * @throws {DomainError} `THROTTLED`; `PAYLOAD_TOO_LARGE` for an item over DynamoDB's 400 kB;
 * `STORE_UNAVAILABLE` for every other failure of the service or the network, with its cause
 */
export async function callAws<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translateAwsError(what, error);
  }
}

/** Tells whether `error` is the service's answer of this name. */
export function isAwsError(error: unknown, ...names: readonly string[]): error is AwsErrorShape {
  return isError(error) && names.includes(error.name);
}

/** How often the SDK had sent the request when `error` ended it. */
export function attemptsOf(error: AwsErrorShape): number {
  return error.$metadata?.attempts ?? 1;
}

/** See `callAws`. Errors of the program itself (`TypeError`, `RangeError`) stay what they are. */
export function translateAwsError(what: string, error: unknown): unknown {
  if (error instanceof DomainError || !isErrorShape(error)) return error;
  if (error instanceof TypeError || error instanceof RangeError) return error;
  if (THROTTLING_NAMES.has(error.name) || error.$metadata?.httpStatusCode === 429) {
    return new DomainError('THROTTLED', `${what}: the service asks to slow down`, {}, error);
  }
  if (error.name === 'ValidationException' && /item size/i.test(error.message)) {
    const message = `${what}: the item is over 400 kB`;
    return new DomainError('PAYLOAD_TOO_LARGE', message, { maxBytes: 409_600 }, error);
  }
  // What the service calls it stays in the cause: callers have no use for it, logs do.
  return new DomainError('STORE_UNAVAILABLE', `${what}: the service failed`, {}, error);
}

function isErrorShape(error: unknown): error is Error & AwsErrorShape {
  return isError(error);
}
