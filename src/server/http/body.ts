import type { IncomingMessage } from 'node:http';
import { DomainError } from '#core/errors.ts';

/**
 * How much of a refused body is still read, in multiples of the limit. A connection that is closed
 * while its client sends is reset, and most clients then never see the answer.
 */
const DISCARD_FACTOR = 8;

/**
 * Reads the body of a request, and keeps no more than `maxBytes` of it in memory.
 *
 * @throws {DomainError} `PAYLOAD_TOO_LARGE` above `maxBytes`, `REQUEST_INVALID` when it breaks off
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length;
      if (bytes > maxBytes * DISCARD_FACTOR) break;
      if (bytes <= maxBytes) chunks.push(chunk);
    }
  } catch (error) {
    throw new DomainError('REQUEST_INVALID', 'the body broke off', {}, error);
  }
  if (bytes > maxBytes) throw tooLarge(maxBytes);
  return Buffer.concat(chunks, bytes);
}

/**
 * Whether a request announces a body of more than `maxBytes` and waits for leave to send it
 * (`Expect: 100-continue`), so that it can be refused before it is sent.
 */
export function announcesTooMuch(
  headers: Readonly<Record<string, string>>,
  maxBytes: number,
): boolean {
  return headers.expect !== undefined && Number(headers['content-length'] ?? 0) > maxBytes;
}

/** The refusal of a body above `maxBytes`. */
export function tooLarge(maxBytes: number): DomainError {
  return new DomainError('PAYLOAD_TOO_LARGE', `a request body has at most ${maxBytes} bytes`, {
    maxBytes,
  });
}
