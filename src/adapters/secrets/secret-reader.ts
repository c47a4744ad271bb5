import type { SecretReference } from '#contracts/config/secret.ts';
import { DomainError } from '#core/errors.ts';
import { type Clock, type EpochMs, epochMs, MINUTE } from '#core/time.ts';
import type { RevealSecret } from './reveal-secrets.ts';

/** Reads the text of a secret by its name or ARN. */
export type FetchSecret = (name: string) => Promise<string>;

/** A secret that was replaced is noticed after this time at the latest. */
const HELD_FOR = 5 * MINUTE;
/** More secrets than these are read again each time. */
const MOST_HELD = 64;

/**
 * Reads secrets and keeps them in memory for five minutes, so that a thousand requests are one read. A
 * failure is not kept. Messages name the secret and never what it holds.
 */
export function secretReader(fetchSecret: FetchSecret, clock: Clock): RevealSecret {
  const held = new Map<string, { readonly text: Promise<string>; readonly until: EpochMs }>();
  const textOf = (name: string): Promise<string> => {
    const now = clock.now();
    const known = held.get(name);
    if (known && now < known.until) return known.text;
    held.delete(name);
    const [oldest] = held.keys();
    if (held.size >= MOST_HELD && oldest !== undefined) held.delete(oldest);
    const text = fetchSecret(name);
    const own = { text, until: epochMs(now + HELD_FOR) };
    held.set(name, own);
    text.catch(() => {
      if (held.get(name) === own) held.delete(name);
    });
    return text;
  };
  return async (reference) => pick(await textOf(reference.secret), reference);
}

function pick(text: string, { secret, key }: SecretReference): string {
  if (key === undefined) return text;
  const found = fieldOf(text, key);
  if (typeof found === 'string' && found !== '') return found;
  throw new DomainError('CONFIG_INVALID', `the secret ${secret} has no text under the key ${key}`, {
    secret,
    key,
  });
}

function fieldOf(text: string, key: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, key);
    return isObject ? Reflect.get(value, key) : undefined;
  } catch {
    // The parser's message would quote the secret.
    return undefined;
  }
}
