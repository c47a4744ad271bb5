import { createHash } from 'node:crypto';
import type { Expression } from 'jsonata';

/** A function that Step Functions adds to JSONata. */
export interface LibraryFunction {
  readonly name: string;
  /** In JSONata's notation, https://docs.jsonata.org/embedding-extending#function-signature-syntax */
  readonly signature: string;
  readonly implementation: Parameters<Expression['registerFunction']>[1];
}

const MAX_RANGE = 1_000;

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/**
 * The functions that Step Functions adds to JSONata. `$random` takes no seed here: a seeded number
 * would differ from the one on AWS.
 *
 * @param random - gives numbers in [0, 1)
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export function stepFunctionsLibrary(random: () => number): readonly LibraryFunction[] {
  return [
    { name: 'partition', signature: '<an:a>', implementation: partition },
    { name: 'range', signature: '<nnn:a>', implementation: range },
    { name: 'hash', signature: '<ss:s>', implementation: hash },
    { name: 'parse', signature: '<s:x>', implementation: (text: string) => JSON.parse(text) },
    { name: 'random', signature: '<:n>', implementation: () => random() },
    { name: 'uuid', signature: '<:s>', implementation: () => uuid(random) },
  ];
}

function partition(items: readonly unknown[], size: number): unknown[][] {
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(`$partition takes a size of 1 or more, got ${size}`);
  }
  const parts: unknown[][] = [];
  for (let start = 0; start < items.length; start += size) {
    parts.push(items.slice(start, start + size));
  }
  return parts;
}

function range(first: number, last: number, step: number): number[] {
  if (step === 0) throw new RangeError('$range takes a step other than 0');
  const count = Math.max(0, Math.floor((last - first) / step) + 1);
  if (count > MAX_RANGE) {
    throw new RangeError(`$range gives at most ${MAX_RANGE} numbers, asked for ${count}`);
  }
  return Array.from({ length: count }, (_, index) => first + index * step);
}

function hash(content: string, algorithm: string): string {
  const name = Object.hasOwn(HASHES, algorithm) ? HASHES[algorithm] : undefined;
  if (name === undefined) {
    throw new RangeError(
      `$hash knows ${Object.keys(HASHES).join(', ')}, got ${JSON.stringify(algorithm)}`,
    );
  }
  return createHash(name).update(content).digest('hex');
}

/** A random UUID, version 4 of RFC 9562 §5.4. */
function uuid(random: () => number): string {
  const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
