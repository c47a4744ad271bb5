import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import { AlarmTopic } from '../constructs/alarm-topic.ts';
import { DataKey } from '../constructs/data-key.ts';
import { ItemTable } from '../constructs/item-table.ts';
import { ObjectBucket } from '../constructs/object-bucket.ts';
import { applyStorageSettings } from '../constructs/storage-settings.ts';
import type { Stores } from '../constructs/stores.ts';

export interface DataStackProps extends StackProps {
  readonly config: Pick<HeliosConfig, 'storage' | 'notifications'>;
}

/**
 * What has state: observations, catalog, objects, the key of them all where the configuration asks for
 * one, and the subscriptions of people to alarms. The topics are here since the alarms of all other
 * stacks refer to them. It is built first, for it says how every stack after it keeps data.
 */
export class DataStack extends Stack {
  readonly stores: Stores;
  readonly alarms: AlarmTopic;
  /** Where alarms go that can wait for a working day. */
  readonly warnings: AlarmTopic;

  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, { description: 'Helios: tables, bucket and alarm topics', ...props });
    const { storage, notifications } = props.config;
    const removalPolicy = storage.deletion_protection
      ? RemovalPolicy.RETAIN
      : RemovalPolicy.DESTROY;
    const key =
      storage.kms === 'customer' ? new DataKey(this, 'Key', { removalPolicy }).key : undefined;
    applyStorageSettings(this, { config: storage, ...(key && { key }) });
    this.stores = {
      observations: new ItemTable(this, 'Observations', 'observations'),
      catalog: new ItemTable(this, 'Catalog', 'catalog'),
      objects: new ObjectBucket(this, 'Objects'),
    };
    this.alarms = new AlarmTopic(this, 'Alarms', { severity: 'critical', notifications });
    this.warnings = new AlarmTopic(this, 'Warnings', { severity: 'warning', notifications });
  }
}
