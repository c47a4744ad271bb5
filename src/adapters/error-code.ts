import { types } from 'node:util';

/**
 * The `code` of a Node error (`ENOENT`, `ERR_BUFFER_TOO_LARGE`), or undefined. Errors are known by
 * their kind, not by `instanceof`: those of Node come from another realm in a test sandbox.
 */
export function errorCodeOf(error: unknown): string | undefined {
  return isError(error) && 'code' in error ? String(error.code) : undefined;
}

/** Tells whether `error` is an error of any realm. */
export function isError(error: unknown): error is Error {
  return types.isNativeError(error);
}
