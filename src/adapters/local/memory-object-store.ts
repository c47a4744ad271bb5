import type { ObjectStore } from '#app/ports/object-store.ts';
import { checkObjectKey, checkObjectPrefix } from '../object-key.ts';
import { objectTooLarge } from '../object-too-large.ts';

/** Objects in memory, for tests and for commands that keep nothing. */
export function createMemoryObjectStore(): ObjectStore {
  const objects = new Map<string, Uint8Array>();
  return {
    async put(key, bytes, { ifAbsent = false } = {}) {
      checkObjectKey(key);
      if (ifAbsent && objects.has(key)) return 'exists';
      objects.set(key, Uint8Array.from(bytes));
      return 'stored';
    },
    async get(key, { maxBytes = Infinity } = {}) {
      checkObjectKey(key);
      const bytes = objects.get(key);
      if (bytes === undefined) return undefined;
      if (bytes.byteLength > maxBytes) throw objectTooLarge(key, bytes.byteLength, maxBytes);
      return Uint8Array.from(bytes);
    },
    async list(prefix) {
      checkObjectPrefix(prefix);
      return [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
    async delete(key) {
      checkObjectKey(key);
      objects.delete(key);
    },
  };
}
