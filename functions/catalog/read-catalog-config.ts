import { readConfig } from '#adapters/lambda/read-config.ts';
import { createCollection } from '#app/collection/create-collection.ts';
import type { CatalogStore } from '#app/ports/catalog-store.ts';
import type { Clock } from '#core/time.ts';
import type { CatalogConfig } from './catalog-deps.ts';

/** What the catalog answers by, from the file of the configuration; the defaults without one. */
export function readCatalogConfig(
  path: string | undefined,
  catalog: CatalogStore,
  clock: Clock,
): CatalogConfig {
  const config = readConfig(path);
  const { events, pricing, scaling, authentication } = config;
  const collection = createCollection(catalog, clock, config);
  return { events, pricing, scaling, collection, acceptsKeys: authentication.keys.enabled };
}
