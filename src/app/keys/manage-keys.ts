import type { CreatedKey, CreateKeyRequest, Key, KeyList } from '#contracts/http/keys.ts';
import { DomainError } from '#core/errors.ts';
import { addMs, type Clock, DAY, type EpochMs, toIso } from '#core/time.ts';
import type { KeyCrypto } from '../ports/key-crypto.ts';
import { type KeyLog, type StoredKey, stateOf } from './key-log.ts';

/** 64 bits of an id, 256 of a secret: the secret cannot be guessed, so a fast hash is enough. */
const ID_BYTES = 8;
const SECRET_BYTES = 32;

export interface KeyManagerDeps {
  readonly keys: KeyLog;
  readonly keyCrypto: KeyCrypto;
  readonly clock: Clock;
  /** Whether anything here lets a key in. */
  readonly acceptsKeys: boolean;
}

/**
 * Makes a key. Its secret leaves in the answer; a hash of it stays.
 *
 * @param caller - who asks, where the request was signed
 * @throws {DomainError} `CONFIG_INVALID` where no key would be accepted
 */
export async function createKey(
  { keys, keyCrypto, clock, acceptsKeys }: KeyManagerDeps,
  { name, scopes, expires_in_days }: CreateKeyRequest,
  caller: string | undefined,
): Promise<CreatedKey> {
  if (!acceptsKeys) {
    throw new DomainError('CONFIG_INVALID', 'no key is accepted here: they are not enabled', {
      key: 'authentication.keys.enabled',
      try: 'set it in helios.config.yaml and deploy again',
    });
  }
  const now = clock.now();
  const id = keyCrypto.randomHex(ID_BYTES);
  const secret = `hk_${id}_${keyCrypto.randomHex(SECRET_BYTES)}`;
  const stored: StoredKey = {
    id,
    name,
    sha256: keyCrypto.sha256(secret),
    scopes,
    created_at: toIso(now),
    created_by: caller ?? null,
    expires_at: toIso(addMs(now, DAY, expires_in_days)),
    revoked_at: null,
    revoked_by: null,
  };
  // Of 2^64 ids one was drawn twice: chance is broken, and no secret from it should leave.
  if (!(await keys.add(stored))) throw new Error('a new key got the id of an old one');
  return { key: shown(stored, now), secret };
}

/** Every key that has not been forgotten, newest first. */
export async function listKeys({
  keys,
  clock,
}: Pick<KeyManagerDeps, 'keys' | 'clock'>): Promise<KeyList> {
  const now = clock.now();
  return { keys: (await keys.list()).map((key) => shown(key, now)) };
}

/** Ends a key; again and again if need be. @throws {DomainError} `NOT_FOUND` */
export async function revokeKey(
  { keys, clock }: Pick<KeyManagerDeps, 'keys' | 'clock'>,
  id: string,
  caller: string | undefined,
): Promise<Key> {
  const now = clock.now();
  const revoked = isKeyId(id) ? await keys.revoke(id, now, caller ?? null) : undefined;
  if (revoked) return shown(revoked, now);
  throw new DomainError('NOT_FOUND', `there is no key ${id.slice(0, 40)}`, {
    try: 'helios keys list',
  });
}

function isKeyId(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text);
}

/** A key without its hash. */
function shown({ sha256: _, ...key }: StoredKey, now: EpochMs): Key {
  return { ...key, state: stateOf(key, now) };
}
