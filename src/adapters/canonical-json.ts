/**
 * The one JSON text of a value: members sorted by name, no white space, undefined members left out.
 * Equal values give equal texts, so texts can be hashed and compared.
 *
 * @throws {RangeError} for NaN and infinities, which JSON has no text for
 * @throws {TypeError} for anything but plain objects, arrays, strings, numbers, booleans and null
 * @example
 * ```ts
 * canonicalJson({ b: [1, null], a: 'x', c: undefined }); // => '{"a":"x","b":[1,null]}'
 * ```
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') {
    return JSON.stringify(value);
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new RangeError(`JSON has no text for ${value}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(',')}]`;
  if (!isPlainObject(value)) {
    throw new TypeError(`only plain JSON can be stored, got ${describe(value)}`);
  }
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** A root prototype of any realm will do: a worker's or a test sandbox's objects are plain too. */
function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describe(value: unknown): string {
  return typeof value === 'object' ? Object.prototype.toString.call(value) : typeof value;
}
