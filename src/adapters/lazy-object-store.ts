import type { ObjectStore } from '#app/ports/object-store.ts';

/**
 * An object store that is opened when it is first used: most answers need no object, and the client of S3
 * is larger than all the rest of a function. An opening that failed is tried again by the next use.
 */
export function lazyObjectStore(open: () => Promise<ObjectStore>): ObjectStore {
  let opened: Promise<ObjectStore> | undefined;
  const store = (): Promise<ObjectStore> => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    put: async (...args) => (await store()).put(...args),
    get: async (...args) => (await store()).get(...args),
    list: async (...args) => (await store()).list(...args),
    delete: async (...args) => (await store()).delete(...args),
  };
}
