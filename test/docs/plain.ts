/** `value` with its typed arrays as plain arrays, so that examples can write them as such. */
export function plain(value: unknown): unknown {
  if (value instanceof Float64Array || value instanceof Uint8Array) return Array.from(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}
