/** One part of a key. `~` is left free: the directory store names its temporary files with it. */
const KEY_PART = /^(?!\.{1,2}$)[A-Za-z0-9._%=-]{1,200}$/;
const MAX_KEY_LENGTH = 900;

/**
 * Refuses keys that some store could not hold, or that would leave a directory.
 * @throws {RangeError} for a key that is not a path of parts of `[A-Za-z0-9._%=-]`
 */
export function checkObjectKey(key: string): void {
  if (key.length <= MAX_KEY_LENGTH && key.split('/').every((part) => KEY_PART.test(part))) return;
  throw new RangeError(
    `not a path of [A-Za-z0-9._%=-] parts: ${JSON.stringify(key.slice(0, 200))}`,
  );
}

/**
 * Refuses what no key can start with. The empty prefix is that of every key.
 * @throws {RangeError}
 */
export function checkObjectPrefix(prefix: string): void {
  // Whatever a key may start with becomes a key by one more character in its last part.
  checkObjectKey(`${prefix}x`);
}
