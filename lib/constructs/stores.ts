import type { ItemTable } from './item-table.ts';
import type { ObjectBucket } from './object-bucket.ts';
import { storageSettingsOf } from './storage-settings.ts';

/** What every function stands on. */
export interface Stores {
  readonly observations: ItemTable;
  readonly catalog: ItemTable;
  readonly objects: ObjectBucket;
}

/** The variables of `StoreEnvSchema`: where the stores are, and how long they keep things. */
export function storeEnvironment(stores: Stores): Readonly<Record<string, string>> {
  const { config } = storageSettingsOf(stores.observations);
  return {
    OBSERVATIONS_TABLE_NAME: stores.observations.name,
    CATALOG_TABLE_NAME: stores.catalog.name,
    OBJECTS_URL: stores.objects.url,
    RAW_RETENTION_DAYS: String(config.raw_days),
    HOURLY_RETENTION_DAYS: String(config.hourly_days),
  };
}
