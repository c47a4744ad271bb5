import { createArtifactStore } from '#adapters/artifact-store.ts';
import type { CatalogStore } from '#app/ports/catalog-store.ts';
import type { ObjectStore } from '#app/ports/object-store.ts';
import type { Stores } from '#app/services.ts';
import { memoryStores } from './memory-services.ts';

/** Stores in memory that know which partitions their catalog has, so that all of it can be read. */
export interface ReadableStores extends Stores {
  readonly partitions: ReadonlySet<string>;
}

export function readableStores(stores: Stores = memoryStores()): ReadableStores {
  const partitions = new Set<string>();
  const catalog: CatalogStore = {
    ...stores.catalog,
    put: (key, data, options) => {
      partitions.add(key.partition);
      return stores.catalog.put(key, data, options);
    },
  };
  return { ...stores, catalog, partitions };
}

/** Everything in catalog and objects, as text that can be compared. Revisions are left out. */
export async function contentsOf(
  stores: ReadableStores,
): Promise<Readonly<Record<string, string>>> {
  const contents: Record<string, string> = {};
  for (const partition of [...stores.partitions].sort()) {
    for (const { id, data } of await stores.catalog.list(partition)) {
      contents[`${partition}/${id}`] = JSON.stringify(data);
    }
  }
  for (const key of await stores.objects.list('')) {
    contents[key] = Buffer.from((await stores.objects.get(key)) ?? []).toString('base64');
  }
  return contents;
}

/** A copy of catalog and objects. Observations are shared: nothing that is tested with it adds any. */
export async function copyStores(stores: ReadableStores): Promise<ReadableStores> {
  const copy = readableStores({ ...memoryStores(), observations: stores.observations });
  for (const partition of stores.partitions) {
    for (const { id, data } of await stores.catalog.list(partition)) {
      await copy.catalog.put({ partition, id }, data);
    }
  }
  for (const key of await stores.objects.list('')) {
    await copy.objects.put(key, (await stores.objects.get(key)) ?? new Uint8Array());
  }
  return copy;
}

/**
 * The same stores until their `allowed + 1`st write to catalog or objects, which fails as all after it
 * do: what is left is what a kill at that moment leaves.
 */
export function killedAfter(stores: ReadableStores, allowed: number): ReadableStores {
  let writes = 0;
  const guarded = <A extends readonly unknown[], R>(write: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      if (writes >= allowed) throw new Error('killed');
      writes += 1;
      return write(...args);
    };
  };
  const objects: ObjectStore = {
    ...stores.objects,
    put: guarded(stores.objects.put),
    delete: guarded(stores.objects.delete),
  };
  return {
    ...stores,
    catalog: {
      ...stores.catalog,
      put: guarded(stores.catalog.put),
      delete: guarded(stores.catalog.delete),
    },
    objects,
    artifacts: createArtifactStore(objects),
  };
}
