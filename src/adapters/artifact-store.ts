import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { ArtifactStore } from '#app/ports/artifact-store.ts';
import type { ObjectStore } from '#app/ports/object-store.ts';
import { DomainError, isDomainError } from '#core/errors.ts';
import { canonicalJson } from './canonical-json.ts';
import { errorCodeOf } from './error-code.ts';

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** How large an artifact may be. The caps hold for both ways, so that what is saved can be loaded. */
export interface ArtifactLimits {
  readonly maxStoredBytes: number;
  readonly maxTextBytes: number;
}

/** 8 MB compressed, 64 MB uncompressed: both fit a small Lambda's memory. */
export const ARTIFACT_LIMITS: ArtifactLimits = {
  maxStoredBytes: 8 * 1024 * 1024,
  maxTextBytes: 64 * 1024 * 1024,
};

/** Content-addressed JSON documents over any object store. */
export function createArtifactStore(
  objects: ObjectStore,
  limits: ArtifactLimits = ARTIFACT_LIMITS,
): ArtifactStore {
  const load = async (key: string, sha256: string): Promise<unknown> => {
    const bytes = await objects.get(key, { maxBytes: limits.maxStoredBytes });
    if (bytes === undefined) throw corrupt(key, 'is missing');
    const text = await expandText(key, bytes, limits.maxTextBytes);
    const actual = sha256Hex(text);
    if (actual !== sha256) throw corrupt(key, `has hash ${actual}, expected ${sha256}`);
    return JSON.parse(text.toString('utf8'));
  };

  return {
    load,
    async save(prefix, json) {
      const text = Buffer.from(canonicalJson(json), 'utf8');
      refuseAbove(limits.maxTextBytes, text.byteLength, prefix);
      const sha256 = sha256Hex(text);
      const key = `${prefix}/${sha256.slice(0, 16)}.json.gz`;
      const bytes = await compress(text);
      refuseAbove(limits.maxStoredBytes, bytes.byteLength, key);
      if ((await objects.put(key, bytes, { ifAbsent: true })) === 'exists') {
        // Equal contents have one key, so a damaged copy would otherwise stay for ever.
        await load(key, sha256).catch(async (error: unknown) => {
          if (!isDomainError(error, 'ARTIFACT_CORRUPT', 'PAYLOAD_TOO_LARGE')) throw error;
          await objects.put(key, bytes);
        });
      }
      return { key, sha256, bytes: bytes.byteLength };
    },
  };
}

async function expandText(key: string, bytes: Uint8Array, maxBytes: number): Promise<Buffer> {
  try {
    return await expand(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (errorCodeOf(error) === 'ERR_BUFFER_TOO_LARGE') {
      throw new DomainError(
        'PAYLOAD_TOO_LARGE',
        `artifact ${key} expands to more than ${maxBytes} bytes`,
        { key, maxBytes },
        error,
      );
    }
    throw corrupt(key, 'is not a whole gzip file', error);
  }
}

function refuseAbove(maxBytes: number, bytes: number, key: string): void {
  if (bytes <= maxBytes) return;
  throw new DomainError(
    'PAYLOAD_TOO_LARGE',
    `artifact ${key} is ${bytes} bytes, allowed are ${maxBytes}`,
    { key, bytes, maxBytes },
  );
}

function corrupt(key: string, what: string, cause?: unknown): DomainError {
  return new DomainError('ARTIFACT_CORRUPT', `artifact ${key} ${what}`, { key }, cause);
}

function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
