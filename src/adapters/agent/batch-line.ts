import { createHash } from 'node:crypto';
import type { WaitingBatch } from '#app/ports/sample-buffer.ts';

/** Hex digits of SHA-256 that tell a damaged line: no accident hits 64 bits. */
const CHECK_DIGITS = 16;
const FORM = /^([0-9a-f]{16}) ([A-Za-z0-9._-]{1,128}) (\d{1,9}) /;

/**
 * A batch as one line of a segment: checksum, id, count of samples, JSON. JSON has no line break of its
 * own, so that after damage the next line is whole again.
 */
export function batchLine({ id, samples, json }: WaitingBatch): string {
  const rest = `${id} ${samples} ${json}`;
  return `${checkOf(rest)} ${rest}\n`;
}

/** The batch of a line without its end; undefined when the line is damaged or cut off. */
export function parseBatchLine(line: string): WaitingBatch | undefined {
  const match = FORM.exec(line);
  if (!match) return undefined;
  const [head, check, id = '', samples] = match;
  if (checkOf(line.slice(CHECK_DIGITS + 1)) !== check) return undefined;
  return { id, samples: Number(samples), json: line.slice(head.length) };
}

function checkOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, CHECK_DIGITS);
}
