import { nodeKeyCrypto } from '#adapters/key-crypto.ts';
import type { KeyLog, StoredKey } from '#app/keys/key-log.ts';
import type { KeyScope } from '#contracts/http/keys.ts';

/** A key text with a secret that is one letter 64 times. */
export function keyText(id: string, letter: string): string {
  return `hk_${id}_${letter.repeat(64)}`;
}

/** The keys that the sample events of `authorize` and `catalog` speak of, at 2026-03-05. */
export const SAMPLE_KEYS = {
  active: keyText('0011223344556677', 'a'),
  expired: keyText('8899aabbccddeeff', 'b'),
  revoked: keyText('0123456789abcdef', 'c'),
} as const;

/** Stores them: each may ingest; one has expired and one was revoked. */
export async function storeSampleKeys(keys: KeyLog): Promise<void> {
  await keys.add(
    sample('agent', SAMPLE_KEYS.active, { created: '2026-01-10', ends: '2026-04-10' }),
  );
  await keys.add(sample('old', SAMPLE_KEYS.expired, { created: '2026-02-02', ends: '2026-03-04' }));
  const lost = sample('lost', SAMPLE_KEYS.revoked, { created: '2026-02-01', ends: '2026-04-01' });
  await keys.add({ ...lost, revoked_at: '2026-02-03T00:00:00.000Z', revoked_by: 'ada' });
}

function sample(
  name: string,
  secret: string,
  { created, ends }: { readonly created: string; readonly ends: string },
): StoredKey {
  const scopes: KeyScope[] = ['ingest'];
  return {
    id: secret.split('_')[1] ?? '',
    name,
    sha256: nodeKeyCrypto.sha256(secret),
    scopes,
    created_at: `${created}T00:00:00.000Z`,
    created_by: null,
    expires_at: `${ends}T00:00:00.000Z`,
    revoked_at: null,
    revoked_by: null,
  };
}
