import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDirectoryObjectStore } from '#adapters/local/directory-object-store.ts';
import { epochMs } from '#core/time.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'helios-objects-'));
});
afterEach(() => rm(root, { recursive: true }));

describe('the directory object store', () => {
  it('keeps objects for the next process, at the path of their key', async () => {
    const first = await openDirectoryObjectStore(join(root, 'a', 'b'));
    await first.put('models/x/1.json.gz', Buffer.from('x'));
    expect(await readdir(join(root, 'a', 'b', 'models', 'x'))).toEqual(['1.json.gz']);
    const second = await openDirectoryObjectStore(join(root, 'a', 'b'));
    expect(await second.list('models/')).toEqual(['models/x/1.json.gz']);
  });

  it('hides what a killed process left half written, and removes it on opening', async () => {
    const store = await openDirectoryObjectStore(root);
    await store.put('models/x', Buffer.from('x'));
    await writeFile(join(root, 'models', '~left'), 'half');
    await writeFile(join(root, 'models', '~running'), 'half');
    await utimes(join(root, 'models', '~left'), 1_000, 1_000);
    await utimes(join(root, 'models', '~running'), 3_000, 3_000);
    expect(await store.list('')).toEqual(['models/x']);
    await openDirectoryObjectStore(root, { staleBefore: epochMs(2_000_000) });
    expect((await readdir(join(root, 'models'))).sort()).toEqual(['x', '~running']);
  });

  it('leaves no temporary file behind, whether it stored or not', async () => {
    const store = await openDirectoryObjectStore(root);
    await store.put('a/x', Buffer.from('1'));
    await store.put('a/x', Buffer.from('2'), { ifAbsent: true });
    // A directory in the way makes the rename fail.
    await mkdir(join(root, 'a', 'taken', 'deeper'), { recursive: true });
    await expect(store.put('a/taken', Buffer.from('3'))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    expect((await readdir(join(root, 'a'))).sort()).toEqual(['taken', 'x']);
  });

  it('does not follow a listing out of its directory', async () => {
    await writeFile(join(root, 'secret'), 'x');
    const store = await openDirectoryObjectStore(join(root, 'objects'));
    await expect(store.list('../')).rejects.toThrow(RangeError);
    await expect(store.get('../secret')).rejects.toThrow(RangeError);
  });

  it('says so when its directory is a file', async () => {
    await writeFile(join(root, 'file'), 'x');
    await expect(openDirectoryObjectStore(join(root, 'file'))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
  });
});
