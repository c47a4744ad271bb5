import type { CatalogRecord, CatalogStore, WriteCondition } from '#app/ports/catalog-store.ts';
import { DomainError } from '#core/errors.ts';
import { canonicalJson } from '../canonical-json.ts';
import {
  checkCatalogKey,
  compareIds,
  idRangeOf,
  isInRange,
  MAX_RECORD_BYTES,
} from '../catalog-list.ts';

interface Entry {
  readonly text: string;
  readonly revision: number;
}

/** The catalog in memory, for tests of use cases. Nothing expires: expiry has no meaning to readers. */
export function createMemoryCatalogStore(): CatalogStore {
  const partitions = new Map<string, Map<string, Entry>>();

  const recordOf = (partition: string, id: string, entry: Entry): CatalogRecord => ({
    partition,
    id,
    data: JSON.parse(entry.text),
    revision: entry.revision,
  });

  return {
    async get(key) {
      checkCatalogKey(key);
      const entry = partitions.get(key.partition)?.get(key.id);
      return entry === undefined ? undefined : recordOf(key.partition, key.id, entry);
    },
    async put(key, data, { condition } = {}) {
      checkCatalogKey(key);
      const text = canonicalJson(data);
      if (Buffer.byteLength(text) > MAX_RECORD_BYTES) {
        const details = { maxBytes: MAX_RECORD_BYTES };
        throw new DomainError(
          'PAYLOAD_TOO_LARGE',
          'write catalog: the item is over 400 kB',
          details,
        );
      }
      const records = partitions.get(key.partition) ?? new Map<string, Entry>();
      const revision = records.get(key.id)?.revision ?? 0;
      if (!holds(condition, revision)) return undefined;
      const entry = { text, revision: revision + 1 };
      partitions.set(key.partition, records.set(key.id, entry));
      return recordOf(key.partition, key.id, entry);
    },
    async list(partition, options = {}) {
      checkCatalogKey({ partition, id: '-' });
      const { limit = Infinity, descending = false } = options;
      const range = idRangeOf(options);
      if (range === undefined) return [];
      const found = [...(partitions.get(partition) ?? [])]
        .filter(([id]) => isInRange(id, range))
        .sort(([a], [b]) => (descending ? compareIds(b, a) : compareIds(a, b)));
      return found
        .slice(0, Math.max(0, limit))
        .map(([id, entry]) => recordOf(partition, id, entry));
    },
    async delete(key) {
      checkCatalogKey(key);
      partitions.get(key.partition)?.delete(key.id);
    },
  };
}

function holds(condition: WriteCondition | undefined, revision: number): boolean {
  if (condition === undefined) return true;
  return 'ifAbsent' in condition ? revision === 0 : revision === condition.ifRevision;
}
