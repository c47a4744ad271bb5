/** One file of the dashboard, as browsers are to get it. */
export interface PublishedFile {
  /** Relative to the page, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly cacheControl: string;
}

/** Where the dashboard lies for browsers. */
export interface PageBucket {
  readonly name: string;
  put(file: PublishedFile): Promise<void>;
  list(): Promise<readonly string[]>;
  delete(path: string): Promise<void>;
}
