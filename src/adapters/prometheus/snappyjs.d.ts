declare module 'snappyjs' {
  /** The block format of Snappy. */
  export function compress(input: Uint8Array): Uint8Array;
  /** @throws {Error} when it is longer than `maxLength` unpacked, or not of the format */
  export function uncompress(input: Uint8Array, maxLength?: number): Uint8Array;
}
