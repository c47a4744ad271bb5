import { StateError } from './state-error.ts';

/** The most that one input, result or output may hold on Step Functions, in bytes of UTF-8 JSON. */
export const MAX_PAYLOAD_BYTES = 262_144;

/**
 * A copy of `value` as JSON would carry it, so that nothing is shared between two states. What JSON
 * has no word for (undefined) becomes null, as a Lambda function's answer does.
 *
 * @param what - names the value in the error, e.g. `the output of Plan`
 * @throws {StateError} `States.DataLimitExceeded` above 256 KiB
 */
export function copyPayload(value: unknown, what: string): unknown {
  const text = JSON.stringify(value) ?? 'null';
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_PAYLOAD_BYTES) {
    throw new StateError(
      'States.DataLimitExceeded',
      `${what} has ${bytes} bytes, at most ${MAX_PAYLOAD_BYTES} are allowed`,
    );
  }
  return JSON.parse(text);
}
