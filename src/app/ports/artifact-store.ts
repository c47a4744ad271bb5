/** Where an artifact is and what it must contain. Kept beside whatever refers to it. */
export interface ArtifactRef {
  readonly key: string;
  /** SHA-256 of the uncompressed canonical JSON text, in hex. */
  readonly sha256: string;
  /** Size as stored, compressed. */
  readonly bytes: number;
}

/** Keeps immutable JSON documents (model bundles, stage outputs) under the hash of their contents. */
export interface ArtifactStore {
  /**
   * Saves a document as `<prefix>/<first 16 hex of its hash>.json.gz`. Saving equal contents
   * again changes nothing, and repairs a stored copy that fails its hash.
   * @throws {DomainError} `PAYLOAD_TOO_LARGE`, `STORE_UNAVAILABLE`
   * @throws {RangeError | TypeError} when `json` is not plain JSON
   */
  save(prefix: string, json: unknown): Promise<ArtifactRef>;
  /**
   * Loads a document and verifies its hash.
   * @throws {DomainError} `ARTIFACT_CORRUPT` when it is missing, broken or of another hash,
   * `PAYLOAD_TOO_LARGE`, `STORE_UNAVAILABLE`
   */
  load(key: string, sha256: string): Promise<unknown>;
}
