import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ensureTables } from '#adapters/aws/create-tables.ts';
import { createDynamoCatalogStore } from '#adapters/aws/dynamo-catalog-store.ts';
import { createDynamoClient } from '#adapters/aws/dynamo-client.ts';
import { startDynalite } from '#adapters/local/dynalite-server.ts';
import { startTables, TABLE_NAMES } from '#test/helpers/dynalite-tables.ts';

const HOLDER = new URL('../../../helpers/hold-data-directory.ts', import.meta.url).pathname;

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'helios-dynalite-'));
});
afterEach(() => rm(path, { recursive: true }));

describe('startDynalite', () => {
  it('listens on 127.0.0.1 only and keeps its data on disk', async () => {
    const key = { partition: 'p', id: 'i' };
    const first = await startTables(path);
    expect(first.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await createDynamoCatalogStore({ client: first.client, table: 'Catalog' }).put(key, { v: 1 });
    await first.close();

    const second = await startTables(path);
    const store = createDynamoCatalogStore({ client: second.client, table: 'Catalog' });
    expect(await store.get(key)).toMatchObject({ data: { v: 1 } });
    await second.close();
  });

  it('refuses a directory that another process holds, and takes it when that has ended', async () => {
    const holder = await startHolder();
    try {
      await expect(startDynalite({ path })).rejects.toMatchObject({
        code: 'STORE_LOCKED',
        details: { path },
      });
    } finally {
      await holder.kill();
    }
    await (await startDynalite({ path })).close();
  });

  it('refuses a directory that this process holds', async () => {
    const server = await startDynalite({ path });
    await expect(startDynalite({ path })).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await server.close();
  });

  it('refuses a path that can not be a directory', async () => {
    await writeFile(join(path, 'file'), 'x');
    await expect(startDynalite({ path: join(path, 'file') })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
  });

  it('refuses a port that is taken, and lets go of the directory', async () => {
    const taken = await startDynalite();
    const port = Number(new URL(taken.endpoint).port);
    await expect(startDynalite({ path, port })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      details: { port },
    });
    await (await startDynalite({ path })).close();
    await taken.close();
  });

  it('finishes a table whose creation was cut off by a kill', async () => {
    const holder = await startHolder();
    try {
      const client = createDynamoClient({ endpoint: holder.endpoint });
      const sleep = async () => {
        throw new Error('still in CREATING');
      };
      await expect(ensureTables(client, TABLE_NAMES, { sleep })).rejects.toThrow('CREATING');
    } finally {
      await holder.kill();
    }
    const { client, close } = await startTables(path);
    const store = createDynamoCatalogStore({ client, table: TABLE_NAMES.catalog });
    expect(await store.list('p')).toEqual([]);
    await close();
  });

  it('outlives a client that hangs up in the middle of a request', async () => {
    const holder = await startHolder();
    try {
      const socket = connect(Number(new URL(holder.endpoint).port), '127.0.0.1');
      await once(socket, 'connect');
      socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"half":');
      // Each answer to a later request shows that the server has dealt with what came before.
      expect((await fetch(holder.endpoint)).status).toBe(200);
      socket.resetAndDestroy();
      await once(socket, 'close');
      expect((await fetch(holder.endpoint)).status).toBe(200);
      expect((await fetch(holder.endpoint)).status).toBe(200);
    } finally {
      await holder.kill();
    }
  });
});

/** A process of its own that serves the directory of the test. */
async function startHolder(): Promise<{ readonly endpoint: string; kill(): Promise<void> }> {
  const holder = spawn(process.execPath, ['--import', 'tsx', HOLDER, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [output] = await once(holder.stdout, 'data');
  return {
    endpoint: String(output),
    async kill() {
      if (holder.exitCode !== null) return;
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    },
  };
}

describe('ensureTables', () => {
  it('can be done again, and twice at a time', async () => {
    const { endpoint, close } = await startDynalite({ createTableMs: 30 });
    const client = createDynamoClient({ endpoint });
    await Promise.all([ensureTables(client, TABLE_NAMES), ensureTables(client, TABLE_NAMES)]);
    await ensureTables(client, TABLE_NAMES);
    const store = createDynamoCatalogStore({ client, table: TABLE_NAMES.catalog });
    expect(await store.list('p')).toEqual([]);
    await close();
  });
});
