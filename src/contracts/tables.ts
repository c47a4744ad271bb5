/** What a table is for. Its name differs between deployments, its role does not. */
export type TableRole = 'observations' | 'catalog';

/** What the code needs a table to be. The local process and the CDK stack create it from this. */
export interface TableDefinition {
  /** Text attribute. */
  readonly partitionKey: string;
  /** Text attribute. */
  readonly sortKey: string;
  /** Epoch seconds after which DynamoDB removes the item. */
  readonly ttlAttribute: string;
}

/** Every table of Helios; what the items look like is said by the store of each role. */
export const TABLES: Readonly<Record<TableRole, TableDefinition>> = {
  observations: { partitionKey: 'pk', sortKey: 'sk', ttlAttribute: 'ttl' },
  catalog: { partitionKey: 'pk', sortKey: 'sk', ttlAttribute: 'ttl' },
};

/** The name of each table in one deployment. */
export type TableNames = Readonly<Record<TableRole, string>>;
