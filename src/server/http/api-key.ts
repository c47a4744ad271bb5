import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuthorizeRequest } from './guard.ts';

/** The SHA-256 of a key, in hex: what is stored in place of the key. */
export function hashApiKey(key: string): string {
  return digest(key).toString('hex');
}

/**
 * Lets a request pass that carries the key as `Authorization: Bearer <key>` or `X-API-Key`. The
 * comparison takes the same time whatever the key is.
 *
 * @param options.keySha256 - from `hashApiKey`
 * @param options.openPaths - paths that need no key; default `/health`
 * @throws {RangeError} when `keySha256` is not 64 hex digits
 */
export function apiKeyAuthorizer(options: {
  readonly keySha256: string;
  readonly openPaths?: readonly string[];
}): (request: AuthorizeRequest) => boolean {
  if (!/^[0-9a-f]{64}$/i.test(options.keySha256)) {
    throw new RangeError('keySha256 must be 64 hex digits');
  }
  const expected = Buffer.from(options.keySha256, 'hex');
  const openPaths = new Set(options.openPaths ?? ['/health']);
  return ({ path, headers }) => {
    if (openPaths.has(path)) return true;
    const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    const key = bearer ?? headers['x-api-key'];
    return key !== undefined && timingSafeEqual(digest(key), expected);
  };
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
