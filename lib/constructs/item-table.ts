import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { TABLES, type TableRole } from '#contracts/tables.ts';
import { keyStatement } from './data-key.ts';
import type { ServiceFunction } from './service-function.ts';
import { storageSettingsOf } from './storage-settings.ts';

/** What a function may be allowed to do with the items of a table. */
export type TableAction =
  | 'BatchGetItem'
  | 'DeleteItem'
  | 'GetItem'
  | 'PutItem'
  | 'Query'
  | 'UpdateItem';

const WRITES: ReadonlySet<TableAction> = new Set(['DeleteItem', 'PutItem', 'UpdateItem']);

/**
 * A table whose items are found by partition and sort key: paid by request, recoverable to any
 * second of the last 35 days, and kept when its stack is deleted unless the configuration says otherwise.
 *
 * `Table` and not `TableV2`: Helios lives in one Region, and emulators accept this type.
 */
export class ItemTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, role: TableRole) {
    super(scope, id);
    const { partitionKey, sortKey, ttlAttribute } = TABLES[role];
    const { config, key } = storageSettingsOf(this);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: partitionKey, type: AttributeType.STRING },
      sortKey: { name: sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: ttlAttribute,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      ...(key && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey: key }),
      deletionProtection: config.deletion_protection,
      removalPolicy: config.deletion_protection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }

  /** The table's name, for the functions' environment. */
  get name(): string {
    return this.table.tableName;
  }

  /** Allows `fn` these actions on this table. */
  grant(fn: ServiceFunction, ...actions: readonly TableAction[]): void {
    fn.allow({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [this.table.tableArn],
    });
    const { key } = storageSettingsOf(this);
    const access = actions.some((action) => WRITES.has(action)) ? 'write' : 'read';
    if (key) fn.allow(keyStatement(fn, key, 'dynamodb', access));
  }
}
