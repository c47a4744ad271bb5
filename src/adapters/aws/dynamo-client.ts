import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export interface DynamoClientOptions {
  /** A local server instead of AWS; credentials are dummies then. */
  readonly endpoint?: string;
  /** Default: as the environment says. */
  readonly region?: string;
  /** How often a request is sent at most. */
  readonly maxAttempts?: number;
  readonly connectionTimeoutMs?: number;
  /** For one attempt, until the answer begins. */
  readonly requestTimeoutMs?: number;
}

/**
 * A document client with explicit timeouts and retries.
 *
 * AWS answers in milliseconds, so a slow attempt is given up after 3 s. A local server shares its
 * process with training, which may hold the event loop for longer: it gets 30 s.
 */
export function createDynamoClient(options: DynamoClientOptions = {}): DynamoDBDocumentClient {
  const { endpoint, region } = options;
  const isLocal = endpoint !== undefined;
  const client = new DynamoDBClient({
    ...(region === undefined ? {} : { region }),
    ...(isLocal
      ? {
          endpoint,
          region: region ?? 'us-east-1',
          credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        }
      : {}),
    maxAttempts: options.maxAttempts ?? 4,
    requestHandler: {
      connectionTimeout: options.connectionTimeoutMs ?? 1_000,
      requestTimeout: options.requestTimeoutMs ?? (isLocal ? 30_000 : 3_000),
      throwOnRequestTimeout: true,
    },
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
