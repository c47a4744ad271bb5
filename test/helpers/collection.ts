import { type Collection, createCollection } from '#app/collection/create-collection.ts';
import type { CatalogStore } from '#app/ports/catalog-store.ts';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import type { Clock } from '#core/time.ts';

/** The collection of a configuration, which is empty unless given, over a catalog. */
export function collectionOf(
  { catalog, clock }: { readonly catalog: CatalogStore; readonly clock: Clock },
  config: unknown = {},
): Collection {
  return createCollection(catalog, clock, HeliosConfigSchema.parse(config));
}
