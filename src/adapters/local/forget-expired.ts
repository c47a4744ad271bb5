import * as z from 'zod';
import type { EpochMs } from '#core/time.ts';
import { type DynamoClient, pagesOf } from '../aws/dynamo-operations.ts';

const KeySchema = z.object({ pk: z.string(), sk: z.string() });

/**
 * Removes what has outlived its `ttl`, as DynamoDB does by itself and dynalite does not.
 *
 * @returns how many items were removed
 */
export async function forgetExpired(
  client: DynamoClient,
  table: string,
  now: EpochMs,
): Promise<number> {
  let removed = 0;
  const pages = pagesOf(client, 'Scan', {
    TableName: table,
    ProjectionExpression: 'pk, sk',
    FilterExpression: '#ttl < :now',
    ExpressionAttributeNames: { '#ttl': 'ttl' },
    ExpressionAttributeValues: { ':now': Math.floor(now / 1_000) },
  });
  for await (const page of pages) {
    for (const item of page.Items ?? []) {
      await client.send('DeleteItem', { TableName: table, Key: KeySchema.parse(item) });
      removed++;
    }
  }
  return removed;
}
