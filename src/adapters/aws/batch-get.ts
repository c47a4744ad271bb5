import { DomainError } from '#core/errors.ts';
import { type Backoff, backOff } from '../backoff.ts';
import { callAws } from './aws-errors.ts';
import type { DynamoClient } from './dynamo-operations.ts';

/** Keys in one BatchGetItem at most. */
const MAX_KEYS = 100;
/** Answers without any progress before giving up. */
const MAX_IDLE_ROUNDS = 8;

type Attributes = Readonly<Record<string, unknown>>;

/**
 * Reads many items by key, consistently. DynamoDB may leave keys for later (16 MB an answer, or
 * when it is busy): they are asked for again.
 *
 * @returns the items that exist, in no order
 * @throws {DomainError} `THROTTLED` when the service keeps leaving all keys unprocessed,
 * `STORE_UNAVAILABLE`
 */
export async function batchGetItems(
  options: {
    readonly client: DynamoClient;
    readonly table: string;
    readonly backoff: Backoff;
  },
  keys: readonly Attributes[],
): Promise<readonly Attributes[]> {
  const { client, table, backoff } = options;
  const found: Attributes[] = [];
  let pending: readonly Attributes[] = keys;
  let idleRounds = 0;
  while (pending.length > 0) {
    const asked = pending.slice(0, MAX_KEYS);
    const { Responses, UnprocessedKeys } = await callAws('read observations', () =>
      client.send('BatchGetItem', {
        RequestItems: { [table]: { Keys: [...asked], ConsistentRead: true } },
      }),
    );
    found.push(...(Responses?.[table] ?? []));
    const left = UnprocessedKeys?.[table]?.Keys ?? [];
    pending = [...left, ...pending.slice(MAX_KEYS)];
    if (left.length < asked.length) {
      idleRounds = 0;
    } else if (++idleRounds < MAX_IDLE_ROUNDS) {
      await backOff(backoff, idleRounds);
    } else {
      const details = { keys: pending.length };
      throw new DomainError('THROTTLED', 'the service keeps leaving reads unprocessed', details);
    }
  }
  return found;
}
