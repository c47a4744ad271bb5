import * as z from 'zod';
import { CreateKeyRequestSchema, type Key } from '#contracts/http/keys.ts';
import { addMs, DAY, type EpochMs, epochMs, toIso } from '#core/time.ts';
import { parseRecord, readRecord, updateRecord } from '../catalog-records.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';

const PARTITION = 'api-keys';

/** So long after its end a key is still listed. */
const REMEMBERED_DAYS = 90;

const RecordSchema = z.strictObject({
  name: z.string(),
  /** Of the whole key: what is stored lets nobody in. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: CreateKeyRequestSchema.shape.scopes,
  created_at: z.string(),
  created_by: z.string().nullable(),
  expires_at: z.string(),
  revoked_at: z.string().nullable(),
  revoked_by: z.string().nullable(),
});

/** A key as it is stored. */
export interface StoredKey extends z.infer<typeof RecordSchema> {
  readonly id: string;
}

/** The keys that were given out. */
export interface KeyLog {
  get(id: string): Promise<StoredKey | undefined>;
  /** Newest first. */
  list(): Promise<readonly StoredKey[]>;
  /** @returns false when the id is taken */
  add(key: StoredKey): Promise<boolean>;
  /** Ends a key; one that has ended by revocation stays as it is. @returns undefined without such a key */
  revoke(id: string, at: EpochMs, by: string | null): Promise<StoredKey | undefined>;
}

/** A key log over the catalog: one record a key. */
export function createKeyLog(catalog: CatalogStore): KeyLog {
  const keyOf = (id: string) => ({ partition: PARTITION, id });
  return {
    async get(id) {
      const stored = await readRecord(catalog, RecordSchema, keyOf(id));
      return stored && { id, ...stored };
    },
    async list() {
      const records = await catalog.list(PARTITION);
      return records
        .map((record) => ({ id: record.id, ...parseRecord(RecordSchema, record) }))
        .sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
    },
    async add({ id, ...record }) {
      const written = await catalog.put(keyOf(id), record, {
        condition: { ifAbsent: true },
        expiresAt: forgottenAt(record),
      });
      return written !== undefined;
    },
    async revoke(id, at, by) {
      const stored = await updateRecord(
        catalog,
        RecordSchema,
        keyOf(id),
        (current) =>
          current?.revoked_at === null
            ? { ...current, revoked_at: toIso(at), revoked_by: by }
            : undefined,
        { expiresAt: forgottenAt },
      );
      return stored && { id, ...stored };
    },
  };
}

function forgottenAt({ expires_at }: Pick<StoredKey, 'expires_at'>): EpochMs {
  return addMs(epochMs(Date.parse(expires_at)), DAY, REMEMBERED_DAYS);
}

/** Whether a key is good at `now`. A revoked one is revoked, expired or not. */
export function stateOf(
  { revoked_at, expires_at }: Pick<StoredKey, 'revoked_at' | 'expires_at'>,
  now: EpochMs,
): Key['state'] {
  if (revoked_at !== null) return 'revoked';
  return now < Date.parse(expires_at) ? 'active' : 'expired';
}
