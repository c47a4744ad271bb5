import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyCrypto } from '#app/ports/key-crypto.ts';

/** Node's own. */
export const nodeKeyCrypto: KeyCrypto = {
  randomHex: (bytes) => randomBytes(bytes).toString('hex'),
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
  isSame(one, other) {
    const [a, b] = [Buffer.from(one), Buffer.from(other)];
    return a.length === b.length && timingSafeEqual(a, b);
  },
};
