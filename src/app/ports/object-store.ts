/** Keeps bytes by key. Keys are paths of `/`-joined parts of `[A-Za-z0-9._%=-]`, without `..`. */
export interface ObjectStore {
  /**
   * Writes all of `bytes` or nothing: a reader never sees a part.
   * @returns `exists` when `ifAbsent` is set and the key was there already
   * @throws {DomainError} `STORE_UNAVAILABLE`
   */
  put(
    key: string,
    bytes: Uint8Array,
    options?: { readonly ifAbsent?: boolean },
  ): Promise<'stored' | 'exists'>;
  /**
   * @returns undefined when there is no such object
   * @throws {DomainError} `PAYLOAD_TOO_LARGE` when the object is larger than `maxBytes`
   */
  get(key: string, options?: { readonly maxBytes?: number }): Promise<Uint8Array | undefined>;
  /** All keys that start with `prefix`, ascending. */
  list(prefix: string): Promise<readonly string[]>;
  /** Deleting what is not there is no error. */
  delete(key: string): Promise<void>;
}
