import { isDomainError } from '#core/errors.ts';

/** A metadata service is one hop away: it answers at once, or there is none. */
export const METADATA_TIMEOUT_MS = 5_000;

/** Whether nobody was there at all, as opposed to an answer that is wrong. */
export function isSilence(error: unknown): boolean {
  return (
    isDomainError(error, 'DEADLINE_EXCEEDED') ||
    (isDomainError(error, 'SOURCE_UNAVAILABLE') && 'reason' in error.details)
  );
}
