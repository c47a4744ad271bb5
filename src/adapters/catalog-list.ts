import type { CatalogKey, ListOptions } from '#app/ports/catalog-store.ts';

/** The ids a listing asks for. `from` and `to` belong to it, `except` does not. */
export interface IdRange {
  readonly from?: string;
  readonly to?: string;
  readonly except?: string;
}

/** Sorts after every character that an id can hold, in the order of UTF-8. */
const LAST_CHARACTER = '\u{10FFFF}';

/** The limits of DynamoDB, kept by every catalog store so that what works locally works on AWS. */
const MAX_PARTITION_BYTES = 2_048;
const MAX_ID_BYTES = 1_024;
export const MAX_RECORD_BYTES = 400 * 1_024;

/**
 * What `options` mean as a range of ids, or undefined when no id can match. The cursor is excluded
 * by name, since no id comes just before another.
 */
export function idRangeOf({ prefix, after, descending = false }: ListOptions): IdRange | undefined {
  let from = prefix || undefined;
  let to = prefix ? `${prefix}${LAST_CHARACTER}` : undefined;
  if (after) {
    if (descending && (to === undefined || compareIds(after, to) < 0)) to = after;
    if (!descending && (from === undefined || compareIds(after, from) > 0)) from = after;
  }
  if (from !== undefined && to !== undefined && compareIds(from, to) > 0) return undefined;
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(after ? { except: after } : {}),
  };
}

/** Tells whether `id` lies in `range`. */
export function isInRange(id: string, { from, to, except }: IdRange): boolean {
  return (
    (from === undefined || compareIds(id, from) >= 0) &&
    (to === undefined || compareIds(id, to) <= 0) &&
    id !== except
  );
}

/** Orders ids as DynamoDB does: by the bytes of UTF-8, which differs from `<` beyond the BMP. */
export function compareIds(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** @throws {RangeError} when a part of the key is empty or longer than DynamoDB allows */
export function checkCatalogKey({ partition, id }: CatalogKey): void {
  checkKeyPart('partition', partition, MAX_PARTITION_BYTES);
  checkKeyPart('id', id, MAX_ID_BYTES);
}

function checkKeyPart(name: string, text: string, maxBytes: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes >= 1 && bytes <= maxBytes) return;
  throw new RangeError(`a catalog ${name} has 1 to ${maxBytes} bytes, got ${bytes}`);
}
