import type * as z from 'zod';
import { DomainError } from '#core/errors.ts';
import type { EpochMs } from '#core/time.ts';
import type {
  CatalogData,
  CatalogKey,
  CatalogRecord,
  CatalogStore,
} from './ports/catalog-store.ts';

/** Bound of the optimistic retries below: past it, something writes far too often. */
const MAX_ATTEMPTS = 12;

/** Reads a record's data by its schema. @throws {DomainError} `STATE_INCOMPATIBLE` */
export function parseRecord<T>(schema: z.ZodType<T>, record: CatalogRecord): T {
  const parsed = schema.safeParse(record.data);
  if (parsed.success) return parsed.data;
  throw new DomainError(
    'STATE_INCOMPATIBLE',
    `the catalog's record ${record.partition}/${record.id} does not have the form expected`,
    { partition: record.partition, id: record.id },
    parsed.error,
  );
}

/** One record by key, parsed. */
export async function readRecord<T>(
  catalog: CatalogStore,
  schema: z.ZodType<T>,
  key: CatalogKey,
): Promise<T | undefined> {
  const record = await catalog.get(key);
  return record && parseRecord(schema, record);
}

/**
 * Changes one record: reads it, computes the new data, and writes only if nobody wrote in between,
 * again until that holds. `change` may be called several times and must not have side effects; it
 * returns undefined to leave the record as it is.
 *
 * @returns the record's data afterwards, undefined when it neither existed nor was made
 * @throws {DomainError} `STORE_UNAVAILABLE` when others keep writing first
 */
export async function updateRecord<T extends CatalogData>(
  catalog: CatalogStore,
  schema: z.ZodType<T>,
  key: CatalogKey,
  change: (current: T | undefined) => T | undefined,
  options: { readonly expiresAt?: EpochMs | ((next: T) => EpochMs | undefined) } = {},
): Promise<T | undefined> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const record = await catalog.get(key);
    const current = record && parseRecord(schema, record);
    const next = change(current);
    if (next === undefined) return current;
    const condition = record
      ? ({ ifRevision: record.revision } as const)
      : ({ ifAbsent: true } as const);
    const { expiresAt: given } = options;
    const expiresAt = typeof given === 'function' ? given(next) : given;
    const expiry = expiresAt === undefined ? {} : { expiresAt };
    if (await catalog.put(key, next, { condition, ...expiry })) return next;
  }
  throw new DomainError(
    'STORE_UNAVAILABLE',
    `the catalog's record ${key.partition}/${key.id} is written by too many at once`,
    { ...key, attempts: MAX_ATTEMPTS },
  );
}
