import { type ErrorCode, isDomainError } from '#core/errors.ts';

/** The code of the `DomainError` that `body` throws; undefined when it throws nothing. */
export function codeOf(body: () => unknown): ErrorCode | undefined {
  try {
    body();
  } catch (error) {
    if (isDomainError(error)) return error.code;
    throw error;
  }
  return undefined;
}

/** The code of the `DomainError` that `promise` rejects with; undefined when it resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<ErrorCode | undefined> {
  try {
    await promise;
  } catch (error) {
    if (isDomainError(error)) return error.code;
    throw error;
  }
  return undefined;
}
