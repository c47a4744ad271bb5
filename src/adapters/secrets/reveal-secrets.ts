import { type Revealed, SecretReference } from '#contracts/config/secret.ts';

/**
 * Gives the secret that a configuration refers to.
 * @throws {DomainError} `CONFIG_INVALID` when there is none that may be read, `SOURCE_UNAVAILABLE`,
 *   `THROTTLED`
 */
export type RevealSecret = (reference: SecretReference) => Promise<string>;

/** A part of a parsed configuration with its secrets in the place of where they are kept. */
export async function revealSecrets<T>(part: T, reveal: RevealSecret): Promise<Revealed<T>>;
export async function revealSecrets(part: unknown, reveal: RevealSecret): Promise<unknown> {
  if (typeof part !== 'object' || part === null) return part;
  if (part instanceof SecretReference) return reveal(part);
  if (Array.isArray(part)) return Promise.all(part.map((each) => revealSecrets(each, reveal)));
  const entries = Object.entries(part).map(async ([key, value]) => [
    key,
    await revealSecrets(value, reveal),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}
