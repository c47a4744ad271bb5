import { createHash } from 'node:crypto';
import { DomainError } from '#core/errors.ts';
import { readTextIfAny } from './config-file.ts';

/** A key shorter than this can be found by trying. */
const SHORTEST_KEY = 32;

/**
 * The key that a file holds, without the white space around it.
 * @throws {DomainError} `CONFIG_INVALID` when there is no such file, or no key in it
 */
export async function readApiKey(path: string): Promise<string> {
  const text = await readTextIfAny(path);
  if (text === undefined) {
    throw new DomainError('CONFIG_INVALID', `there is no key file ${path}`, { path });
  }
  const key = text.trim();
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  const message = `${path} does not hold a key: one line of printable characters without spaces`;
  throw new DomainError('CONFIG_INVALID', message, { path });
}

/** Refuses a key that is too short to protect anything. @throws {DomainError} `CONFIG_INVALID` */
export function checkKeyLength(key: string, path: string): void {
  if (key.length >= SHORTEST_KEY) return;
  const message = `the key in ${path} has ${key.length} characters, ${SHORTEST_KEY} or more are allowed`;
  throw new DomainError('CONFIG_INVALID', message, { path, try: `openssl rand -hex 32 > ${path}` });
}

/** SHA-256 of a key in hex: all that a server keeps of it. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
