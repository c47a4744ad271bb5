import { DomainError } from '#core/errors.ts';

/** The error of a read that would hand out more than its caller can take. */
export function objectTooLarge(key: string, bytes: number, maxBytes: number): DomainError {
  return new DomainError(
    'PAYLOAD_TOO_LARGE',
    `object ${key} has ${bytes} bytes or more, allowed are ${maxBytes}`,
    { key, bytes, maxBytes },
  );
}
