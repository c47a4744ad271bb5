import { createDynamoCatalogStore } from '#adapters/aws/dynamo-catalog-store.ts';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { startTables, TABLE_NAMES } from '#test/helpers/dynalite-tables.ts';
import { describeCatalogStore } from './catalog-store-contract.ts';

describeCatalogStore('memory', async () => {
  const store = createMemoryCatalogStore();
  return { store, other: store };
});

describeCatalogStore('dynamo on dynalite', async () => {
  const { client, close } = await startTables();
  const table = TABLE_NAMES.catalog;
  return {
    store: createDynamoCatalogStore({ client, table }),
    other: createDynamoCatalogStore({ client, table }),
    close,
  };
});
