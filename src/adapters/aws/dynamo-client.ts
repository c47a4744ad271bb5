import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import * as zlib from 'node:zlib';
import * as z from 'zod';
import { epochMs } from '#core/time.ts';
import { type Backoff, backOff, REAL_BACKOFF } from '../backoff.ts';
import { isError } from '../error-code.ts';
import { AwsServiceError, isAwsError, isRetryable } from './aws-errors.ts';
import type { DynamoClient, DynamoOperation, DynamoOutput } from './dynamo-operations.ts';
import { fromWire, toWire } from './dynamo-wire.ts';
import { environmentCredentials, environmentRegion } from './function-environment.ts';
import { type PostAnswer, post } from './post.ts';
import { type AwsCredentials, type AwsSigner, awsSigner } from './sign-http.ts';

export interface DynamoClientOptions extends Partial<Backoff> {
  /** A local server instead of AWS; credentials are dummies then. */
  readonly endpoint?: string;
  /** Default: as the environment says. */
  readonly region?: string;
  /** How often a request is sent at most. */
  readonly maxAttempts?: number;
  readonly connectionTimeoutMs?: number;
  /** For one attempt, until the whole answer is there. */
  readonly requestTimeoutMs?: number;
  /** What this machine takes for the time, in ms since 1970. */
  readonly now?: () => number;
}

/** What is open to a service at a time; more requests wait for one another. */
const MAX_SOCKETS = 50;
const LOCAL: AwsCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/**
 * A client of DynamoDB with explicit timeouts and retries.
 *
 * Its own and not the SDK's, which is 190 kB of the 400 kB that a function may load at its start (ADR
 * 0018): nine operations of one JSON protocol are sent, tried again and checked here. Signatures and
 * values are made by the SDK's own libraries.
 *
 * AWS answers in milliseconds, so a slow attempt is given up after 3 s. A local server shares its
 * process with training, which may hold the event loop for longer: it gets 30 s.
 */
export function createDynamoClient(options: DynamoClientOptions = {}): DynamoClient {
  const { maxAttempts = 4 } = options;
  const backoff: Backoff = { ...REAL_BACKOFF, ...options };
  const time = serviceTime(options.now ?? Date.now);
  const attempt = createAttempt(options, time);

  return {
    async send(operation, input) {
      const body = toWire(input);
      for (let attempts = 1; ; attempts++) {
        try {
          const answer = await attempt(operation, body);
          if (answer.status !== 200) throw serviceError(answer, attempts);
          return fromWire(answer.body.toString('utf8')) as DynamoOutput<typeof operation>;
        } catch (error) {
          if (attempts >= maxAttempts) throw error;
          if (time.isCorrectedAfter(error)) continue;
          if (!isRetryable(error)) throw error;
          await backOff(backoff, attempts);
        }
      }
    },
  };
}

/** Sends a signed request once. */
function createAttempt(options: DynamoClientOptions, time: ServiceTime) {
  const { endpoint } = options;
  const isLocal = endpoint !== undefined;
  const connections = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const agent = endpoint?.startsWith('http:')
    ? new HttpAgent(connections)
    : new HttpsAgent(connections);
  // At the first request: the environment of who only builds a client need not name a Region.
  let to: { readonly url: URL; readonly sign: AwsSigner } | undefined;
  const connect = () => {
    const region = options.region ?? (isLocal ? 'us-east-1' : environmentRegion());
    const url = new URL(endpoint ?? `https://dynamodb.${region}.${domainOf(region)}`);
    const credentials = async () => (isLocal ? LOCAL : environmentCredentials());
    return { url, sign: awsSigner({ service: 'dynamodb', region, credentials, clock: time }) };
  };

  return async (operation: DynamoOperation, body: string): Promise<PostAnswer> => {
    to ??= connect();
    const { url, sign } = to;
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const answer = await post(url, {
      // Each attempt is signed anew: a signature is good for minutes only.
      headers: await sign({ method: 'POST', url, headers, body }),
      body,
      agent,
      connectionTimeoutMs: options.connectionTimeoutMs ?? 1_000,
      requestTimeoutMs: options.requestTimeoutMs ?? (isLocal ? 30_000 : 3_000),
    });
    checkSum(answer);
    return answer;
  };
}

/** The domain of the partition that a Region belongs to. */
function domainOf(region: string): string {
  return region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
}

/** How services refuse a signature, an early or late one among them. */
const SIGNATURE_NAMES = [
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
];
/** A signature is good for this long before and after the service's time. */
const MAX_SKEW_MS = 5 * 60_000;

type ServiceTime = ReturnType<typeof serviceTime>;

/** This machine's time, corrected by what the service answers where the two are too far apart. */
function serviceTime(now: () => number) {
  let offsetMs = 0;
  return {
    now: () => epochMs(now() + offsetMs),

    /** Whether `error` refuses a signature for its time, which was learned from it: try again. */
    isCorrectedAfter(error: unknown): boolean {
      if (!(error instanceof AwsServiceError) || !isAwsError(error, ...SIGNATURE_NAMES))
        return false;
      const { date } = error.$metadata;
      // Not a number where the service tells no time; nothing is more than that.
      const theirs = Date.parse(date ?? '');
      if (!(Math.abs(theirs - (now() + offsetMs)) >= MAX_SKEW_MS)) return false;
      offsetMs = theirs - now();
      return true;
    },
  };
}

/** @throws {Error} a `ChecksumError` where the answer is not what the service sent */
function checkSum({ headers, body }: PostAnswer): void {
  const expected = headers['x-amz-crc32'];
  // Node has it since 20.15.
  if (expected === undefined || zlib.crc32 === undefined) return;
  const actual = zlib.crc32(body);
  if (actual === Number(expected)) return;
  const message = `the answer has the checksum ${actual}, ${expected} was sent with it`;
  throw Object.assign(new Error(message), { name: 'ChecksumError' });
}

const FailureSchema = z.object({
  __type: z.string().optional(),
  message: z.string().optional(),
  Message: z.string().optional(),
});

/** What the service says instead of an answer; a proxy's page says it by its status alone. */
function serviceError({ status, headers, body }: PostAnswer, attempts: number): AwsServiceError {
  const { __type, message, Message } = readFailure(body.toString('utf8'));
  const requestId = headers['x-amzn-requestid'];
  return new AwsServiceError(
    __type?.split('#').at(-1) ?? `Http${status}`,
    message ?? Message ?? `the service answered ${status}`,
    {
      httpStatusCode: status,
      attempts,
      ...(typeof requestId === 'string' && { requestId }),
      ...(headers.date !== undefined && { date: headers.date }),
    },
  );
}

function readFailure(text: string): z.infer<typeof FailureSchema> {
  try {
    return FailureSchema.safeParse(JSON.parse(text)).data ?? {};
  } catch (error) {
    if (isError(error)) return {};
    throw error;
  }
}
