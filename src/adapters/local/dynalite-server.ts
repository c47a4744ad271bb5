import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import dynalite from 'dynalite';
import database from 'dynalite/db/index.js';
import { DomainError } from '#core/errors.ts';
import { errorCodeOf, isError } from '../error-code.ts';

export interface DynaliteServerOptions {
  /** Where the data lives; in memory when left out. */
  readonly path?: string;
  /** Default: a free port. */
  readonly port?: number;
  /** How long a new table stays in CREATING. */
  readonly createTableMs?: number;
}

export interface DynaliteServer {
  /** For `createDynamoClient`. */
  readonly endpoint: string;
  /** Ends after running requests and brings the data to disk. */
  close(): Promise<void>;
}

type Database = ReturnType<typeof database.create>['db'];

/**
 * Starts DynamoDB in this process, on 127.0.0.1 only.
 *
 * @throws {DomainError} `STORE_LOCKED` when another process (or this one) has the directory open,
 * `STORE_UNAVAILABLE` when it can not be opened otherwise or the port is taken
 */
export async function startDynalite(options: DynaliteServerOptions = {}): Promise<DynaliteServer> {
  const { path, port = 0, createTableMs = 0 } = options;
  const { server, db } = createServer({ createTableMs, ...(path === undefined ? {} : { path }) });
  try {
    await db.open();
    await finishTables(db);
  } catch (error) {
    throw openingError(path, error);
  }
  surviveAbortedRequests(server);
  try {
    await listen(server, port);
  } catch (error) {
    await db.close();
    const message = `port ${port} on 127.0.0.1 can not be listened on`;
    throw new DomainError('STORE_UNAVAILABLE', message, { port }, error);
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not a TCP server');
  return { endpoint: `http://127.0.0.1:${address.port}`, close: () => close(server) };
}

/**
 * The server with its database, which dynalite keeps to itself. Without it nobody learns that the
 * database did not open until the first request, which then throws outside of any handler.
 */
function createServer(options: { readonly path?: string; readonly createTableMs: number }): {
  readonly server: Server;
  readonly db: Database;
} {
  const { create } = database;
  let db: Database | undefined;
  database.create = (given) => {
    const store = create(given);
    db = store.db;
    return store;
  };
  try {
    const server = dynalite(options);
    if (db === undefined) throw new TypeError('this version of dynalite opens no database');
    return { server, db };
  } finally {
    database.create = create;
  }
}

/**
 * dynalite notes a new table as CREATING and, a moment later, as ACTIVE. A process that is killed
 * between the two leaves a table that lacks nothing, and that nobody would ever call active.
 */
async function finishTables(db: Database): Promise<void> {
  for await (const [key, table] of db.iterator({ gt: 'table~', lt: 'table\x7f' })) {
    if (table.TableStatus === 'CREATING') await db.put(key, { ...table, TableStatus: 'ACTIVE' });
  }
}

/**
 * dynalite throws whatever a request emits as an error, and a client that hangs up (a timeout of
 * the SDK does) makes it emit one: that must not end the process.
 */
function surviveAbortedRequests(server: Server): void {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    for (const listener of listeners) Reflect.apply(listener, server, [request, response]);
    request.removeAllListeners('error');
    request.on('error', () => response.destroy());
  });
}

function openingError(path: string | undefined, error: unknown): DomainError {
  const isLocked = isError(error) && errorCodeOf(error.cause) === 'LEVEL_LOCKED';
  return isLocked
    ? new DomainError('STORE_LOCKED', `${path} is open in another process`, { path }, error)
    : new DomainError('STORE_UNAVAILABLE', `${path} can not be opened`, { path }, error);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeIdleConnections();
  });
}
