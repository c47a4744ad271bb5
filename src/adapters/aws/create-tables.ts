import { TABLES, type TableDefinition, type TableNames } from '#contracts/tables.ts';
import { DomainError } from '#core/errors.ts';
import { REAL_BACKOFF } from '../backoff.ts';
import { callAws, isAwsError } from './aws-errors.ts';
import type { DynamoClient } from './dynamo-operations.ts';

const POLL_MS = 20;
const MAX_POLLS = 500;

/**
 * Makes sure that both tables are there and ready, as a local server needs it at its start; on AWS
 * the CDK stack makes them. Doing it again, or twice at a time, changes nothing.
 *
 * A local server has no time to live: what expires there stays until the directory is removed.
 *
 * @throws {DomainError} `STORE_UNAVAILABLE` also when a table is not ready after 10 s
 */
export async function ensureTables(
  client: DynamoClient,
  names: TableNames,
  options: { readonly sleep?: (ms: number) => Promise<void> } = {},
): Promise<void> {
  const sleep = options.sleep ?? REAL_BACKOFF.sleep;
  await ensureTable(client, names.observations, TABLES.observations, sleep);
  await ensureTable(client, names.catalog, TABLES.catalog, sleep);
}

async function ensureTable(
  client: DynamoClient,
  name: string,
  definition: TableDefinition,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  if ((await statusOf(client, name)) === undefined) await createTable(client, name, definition);
  for (let poll = 0; poll < MAX_POLLS; poll++) {
    if ((await statusOf(client, name)) === 'ACTIVE') return;
    await sleep(POLL_MS);
  }
  throw new DomainError('STORE_UNAVAILABLE', `table ${name} did not become active`);
}

async function statusOf(client: DynamoClient, name: string): Promise<string | undefined> {
  return callAws('describe table', async () => {
    try {
      const { Table } = await client.send('DescribeTable', { TableName: name });
      return Table?.TableStatus;
    } catch (error) {
      if (isAwsError(error, 'ResourceNotFoundException')) return undefined;
      throw error;
    }
  });
}

async function createTable(
  client: DynamoClient,
  name: string,
  { partitionKey, sortKey }: TableDefinition,
): Promise<void> {
  await callAws('create table', async () => {
    try {
      await client.send('CreateTable', {
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: partitionKey, AttributeType: 'S' },
          { AttributeName: sortKey, AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: partitionKey, KeyType: 'HASH' },
          { AttributeName: sortKey, KeyType: 'RANGE' },
        ],
      });
    } catch (error) {
      if (!isAwsError(error, 'ResourceInUseException')) throw error;
    }
  });
}
