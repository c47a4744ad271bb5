// dynalite has no types of its own; these are of version 4, as far as dynalite-server.ts uses it.

declare module 'dynalite' {
  import type { Server } from 'node:http';

  function dynalite(options: DynaliteOptions): Server;
  export = dynalite;

  interface DynaliteOptions {
    /** A LevelDB directory; in memory when left out. */
    readonly path?: string;
    /** How long tables stay in CREATING, in ms. */
    readonly createTableMs?: number;
  }
}

declare module 'dynalite/db/index.js' {
  /** The module's exports, which the server calls by name. */
  const database: {
    create(options: unknown): {
      readonly db: {
        /** Waits for the opening that the constructor began, and fails as it fails. */
        open(): Promise<void>;
        close(): Promise<void>;
        iterator(range: { gt: string; lt: string }): AsyncIterable<[string, StoredTable]>;
        put(key: string, table: StoredTable): Promise<void>;
      };
    };
  };
  interface StoredTable {
    readonly TableStatus: string;
  }
  export = database;
}
