/** The cryptography that keys need. */
export interface KeyCrypto {
  /** So many bytes nobody can foresee, in hex. */
  randomHex(bytes: number): string;
  /** SHA-256 in hex. */
  sha256(text: string): string;
  /** Whether two texts are the same, in a time that depends on their lengths alone. */
  isSame(one: string, other: string): boolean;
}
