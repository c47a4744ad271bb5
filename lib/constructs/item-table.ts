import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { TABLES, type TableRole } from '#contracts/tables.ts';
import type { ServiceFunction } from './service-function.ts';

/** What a function may be allowed to do with the items of a table. */
export type TableAction =
  | 'BatchGetItem'
  | 'DeleteItem'
  | 'GetItem'
  | 'PutItem'
  | 'Query'
  | 'UpdateItem';

/**
 * A table whose items are found by partition and sort key: paid by request, recoverable to any
 * second of the last 35 days, kept when its stack is deleted.
 *
 * `Table` and not `TableV2`: Helios lives in one Region, and emulators accept this type.
 */
export class ItemTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, role: TableRole) {
    super(scope, id);
    const { partitionKey, sortKey, ttlAttribute } = TABLES[role];
    this.table = new Table(this, 'Table', {
      partitionKey: { name: partitionKey, type: AttributeType.STRING },
      sortKey: { name: sortKey, type: AttributeType.STRING },
      timeToLiveAttribute: ttlAttribute,
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
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
  }
}
