import { setTimeout } from 'node:timers/promises';

const POLL_MS = 10;

/**
 * Looks again and again until there is an answer that is neither undefined nor false.
 *
 * @param deadlineMs - far more than it should take: only a failure waits so long
 * @throws {Error} naming what was waited for; whatever `look` throws ends the wait at once
 */
export async function until<T>(
  deadlineMs: number,
  what: string,
  look: () => T | Promise<T>,
): Promise<Exclude<T, undefined | false>> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
    if (Date.now() > end) throw new Error(`waited ${deadlineMs} ms in vain for ${what}`);
    await setTimeout(POLL_MS);
  }
}
