import type { Reason } from '#contracts/http/common.ts';
import { KEY_FORM, type KeyScope } from '#contracts/http/keys.ts';
import { DomainError } from '#core/errors.ts';
import type { Clock } from '#core/time.ts';
import type { KeyCrypto } from '../ports/key-crypto.ts';
import { type KeyLog, stateOf } from './key-log.ts';

export interface CheckKeyDeps {
  readonly keys: KeyLog;
  readonly keyCrypto: KeyCrypto;
  readonly clock: Clock;
}

/** Whether a key may do what is asked, and if not, why. `id` is public; the key never appears. */
export type KeyDecision =
  | { readonly allowed: true; readonly id: string; readonly name: string }
  | { readonly allowed: false; readonly id: string | null; readonly because: Reason };

/** What an unknown key is compared with, so that it takes as long as a known one. */
const NO_HASH = '0'.repeat(64);

/**
 * Decides on a key. Only who has the whole of it learns that it has ended or may not do this: to
 * anybody else an id that exists and one that does not look the same.
 *
 * @param header - of `Authorization`, as it came
 * @param scope - what the route asks for
 * @throws {DomainError} `STORE_UNAVAILABLE`: then nobody gets in
 */
export async function checkKey(
  { keys, keyCrypto, clock }: CheckKeyDeps,
  header: string | undefined,
  scope: KeyScope,
): Promise<KeyDecision> {
  if (header === undefined) return refuse(null, 'KEY_MISSING', 'a key is needed');
  const [key, id] = KEY_FORM.exec(bearerOf(header) ?? '') ?? [];
  if (key === undefined || id === undefined) {
    return refuse(null, 'KEY_MALFORMED', 'a key is sent as Bearer hk_<id>_<secret>');
  }
  const stored = await keys.get(id);
  const isGenuine = keyCrypto.isSame(keyCrypto.sha256(key), stored?.sha256 ?? NO_HASH);
  if (!stored || !isGenuine) return refuse(id, 'KEY_UNKNOWN', 'there is no such key');
  switch (stateOf(stored, clock.now())) {
    case 'revoked':
      return refuse(id, 'KEY_REVOKED', `key ${id} was revoked`);
    case 'expired':
      return refuse(id, 'KEY_EXPIRED', `key ${id} expired at ${stored.expires_at}`);
    case 'active':
      if (stored.scopes.includes(scope)) return { allowed: true, id, name: stored.name };
      return refuse(id, 'KEY_SCOPE', `key ${id} has no scope ${scope}`, {
        scopes: stored.scopes,
        needed: scope,
      });
  }
}

/** The token of an `Authorization` header. */
export function bearerOf(header: string): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header)?.[1];
}

/** A refusal as an error of the API: 403 for a good key that may not do this, 401 for all others. */
export function refusalOf({ because }: KeyDecision & { readonly allowed: false }): DomainError {
  const { code, message, details } = because;
  return new DomainError(code === 'KEY_SCOPE' ? 'FORBIDDEN' : 'UNAUTHORIZED', message, {
    reason: code,
    ...details,
  });
}

function refuse(
  id: string | null,
  code: string,
  message: string,
  details?: Readonly<Record<string, unknown>>,
): KeyDecision & { readonly allowed: false } {
  return { allowed: false, id, because: { code, message, ...(details && { details }) } };
}
