import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import { DomainError } from '#core/errors.ts';

/**
 * An item of the observations table. `rev` is a hash of the contents, not a counter: equal contents
 * are equal items, however many writes led to them.
 */
export interface PayloadItem {
  readonly pk: string;
  readonly sk: string;
  /** The canonical content, deflated. */
  readonly data: Uint8Array;
  readonly rev: string;
  /** Epoch seconds. */
  readonly ttl: number;
}

const PayloadItemSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  data: z.instanceof(Uint8Array),
  rev: z.string(),
});

/** An item holds 400 kB at most; text this repetitive may expand a hundredfold, a bomb further. */
const MAX_CONTENT_BYTES = 64 * 1024 * 1024;

/** The content hash of an item: 64 bits, compared only with other contents of the same key. */
export function revisionOf(content: string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

/** Packs canonical content into the attribute that is stored. */
export function packContent(content: string): Uint8Array {
  return deflateRawSync(content);
}

/**
 * Unpacks and checks a stored item.
 *
 * @param parse - from the content to what the caller wants; may throw anything
 * @throws {DomainError} `ARTIFACT_CORRUPT` with the item's key, when it is not what was written
 */
export function unpackItem<T>(
  raw: Readonly<Record<string, unknown>>,
  parse: (content: string, sortKey: string) => T,
): { readonly sk: string; readonly rev: string; readonly contents: T } {
  try {
    const { sk, data, rev } = PayloadItemSchema.parse(raw);
    const content = inflateRawSync(data, { maxOutputLength: MAX_CONTENT_BYTES }).toString('utf8');
    const actual = revisionOf(content);
    if (actual !== rev) throw new Error(`content hash ${actual}, expected ${rev}`);
    return { sk, rev, contents: parse(content, sk) };
  } catch (error) {
    const key = { pk: raw.pk, sk: raw.sk };
    const message = `stored item ${String(raw.pk)} ${String(raw.sk)} cannot be read`;
    throw new DomainError('ARTIFACT_CORRUPT', message, key, error);
  }
}
