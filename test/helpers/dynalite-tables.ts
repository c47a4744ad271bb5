import { ensureTables } from '#adapters/aws/create-tables.ts';
import { createDynamoClient } from '#adapters/aws/dynamo-client.ts';
import type { DynamoClient } from '#adapters/aws/dynamo-operations.ts';
import { startDynalite } from '#adapters/local/dynalite-server.ts';
import type { TableNames } from '#contracts/tables.ts';

export const TABLE_NAMES: TableNames = { observations: 'Observations', catalog: 'Catalog' };

/** Both tables on a dynalite of their own, in memory unless `path` is given. */
export async function startTables(path?: string): Promise<{
  readonly client: DynamoClient;
  readonly endpoint: string;
  readonly close: () => Promise<void>;
}> {
  const server = await startDynalite(path === undefined ? {} : { path });
  const client = createDynamoClient({ endpoint: server.endpoint });
  await ensureTables(client, TABLE_NAMES);
  return { client, ...server };
}
