const BYTES = 4;
/** `String.fromCharCode` takes its characters as arguments, of which there may not be too many. */
const CHUNK = 8_192;

/**
 * Single-precision numbers as text: their bytes, little-endian, in base64. Exact, and a quarter of
 * the size of decimals, so that the weights of a network fit into a JSON state.
 *
 * @example
 * ```ts
 * encodeFloat32(Float32Array.of(1)); // => 'AACAPw=='
 * ```
 */
export function encodeFloat32(values: Float32Array): string {
  const bytes = new Uint8Array(values.length * BYTES);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat32(i * BYTES, values[i]!, true);
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += Reflect.apply(String.fromCharCode, null, bytes.subarray(at, at + CHUNK));
  }
  return btoa(text);
}

/**
 * The numbers of a text that `encodeFloat32` made.
 *
 * @throws {RangeError} when the text is not base64, or does not hold whole numbers of 4 bytes
 */
export function decodeFloat32(text: string): Float32Array {
  const bytes = decodeBase64(text);
  if (bytes.length % BYTES !== 0) {
    throw new RangeError(`numbers take ${BYTES} bytes each, got ${bytes.length} bytes`);
  }
  const view = new DataView(bytes.buffer);
  const values = new Float32Array(bytes.length / BYTES);
  for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(i * BYTES, true);
  return values;
}

/** How long the text of `count` numbers is, in characters. */
export function float32TextLength(count: number): number {
  return Math.ceil((count * BYTES) / 3) * 4;
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  let decoded: string;
  try {
    decoded = atob(text);
  } catch (error) {
    throw new RangeError('the text is not base64', { cause: error });
  }
  const bytes = new Uint8Array(decoded.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = decoded.charCodeAt(i);
  return bytes;
}
