import type { ItemTable } from './item-table.ts';
import type { ObjectBucket } from './object-bucket.ts';

/** What every function stands on. */
export interface Stores {
  readonly observations: ItemTable;
  readonly catalog: ItemTable;
  readonly objects: ObjectBucket;
}

/** The variables of `StoreEnvSchema`: where the stores are. */
export function storeEnvironment(stores: Stores): Readonly<Record<string, string>> {
  return {
    OBSERVATIONS_TABLE_NAME: stores.observations.name,
    CATALOG_TABLE_NAME: stores.catalog.name,
    OBJECTS_URL: stores.objects.url,
  };
}
