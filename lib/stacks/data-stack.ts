import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import { ItemTable } from '../constructs/item-table.ts';
import { ObjectBucket } from '../constructs/object-bucket.ts';
import type { Stores } from '../constructs/stores.ts';

/**
 * What has state: observations, catalog, objects, and the subscriptions of people to alarms. The
 * topic is here since the alarms of all other stacks refer to it.
 */
export class DataStack extends Stack {
  readonly stores: Stores;
  readonly alarms: AlarmTopic;

  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, { description: 'Helios: tables, bucket and alarm topic', ...props });
    this.stores = {
      observations: new ItemTable(this, 'Observations', 'observations'),
      catalog: new ItemTable(this, 'Catalog', 'catalog'),
      objects: new ObjectBucket(this, 'Objects'),
    };
    this.alarms = new AlarmTopic(this, 'Alarms');
  }
}
