import type { EpochMs } from '#core/time.ts';

/** Plain JSON; each repository above the store parses it with its own schema. */
export type CatalogData = Readonly<Record<string, unknown>>;

/** One document of the catalog. `partition` groups what is listed together, `id` orders it. */
export interface CatalogKey {
  readonly partition: string;
  readonly id: string;
}

export interface CatalogRecord extends CatalogKey {
  readonly data: CatalogData;
  /** Grows by one with each write. */
  readonly revision: number;
}

/** What must be true of the stored record for a write to happen. */
export type WriteCondition = { readonly ifAbsent: true } | { readonly ifRevision: number };

export interface ListOptions {
  /** Only ids that start with this. */
  readonly prefix?: string;
  /** Only ids after this one (before it when `descending`): the cursor of the previous page. */
  readonly after?: string;
  readonly limit?: number;
  readonly descending?: boolean;
}

/** Everything with an identity: workloads, models, runs, forecasts as issued, agents, keys. */
export interface CatalogStore {
  get(key: CatalogKey): Promise<CatalogRecord | undefined>;
  /**
   * Writes one record whole, durably.
   * @param options.expiresAt - the store may forget the record after this
   * @returns the record as written, or undefined when the condition does not hold
   * @throws {DomainError} `STORE_UNAVAILABLE`
   */
  put(
    key: CatalogKey,
    data: CatalogData,
    options?: { readonly condition?: WriteCondition; readonly expiresAt?: EpochMs },
  ): Promise<CatalogRecord | undefined>;
  /** Records of one partition, ordered by id. Reads every page unless `limit` stops it. */
  list(partition: string, options?: ListOptions): Promise<readonly CatalogRecord[]>;
  delete(key: CatalogKey): Promise<void>;
}
