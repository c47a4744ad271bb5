import { randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { ObjectStore } from '#app/ports/object-store.ts';
import { DomainError } from '#core/errors.ts';
import { type EpochMs, epochMs } from '#core/time.ts';
import { errorCodeOf, isError } from '../error-code.ts';
import { checkObjectKey, checkObjectPrefix } from '../object-key.ts';
import { objectTooLarge } from '../object-too-large.ts';

/** Starts the name of every temporary file. No key can hold it. */
const TEMPORARY_MARK = '~';

export interface DirectoryObjectStoreOptions {
  /**
   * Temporary files written before this are left from a killed process and removed on opening.
   * Default: the start of this process, so that a put that is under way is left alone.
   */
  readonly staleBefore?: EpochMs;
}

/**
 * Objects as files below `path`, which is made when it is not there.
 *
 * An object is written beside its place, brought to disk, and then linked (if absent) or renamed
 * (replace) into it, which the file system does at once: a reader, or a restart after a kill, sees
 * the whole object or none. A key can not be the folder of another key, unlike in S3.
 *
 * @throws {DomainError} `STORE_UNAVAILABLE` when the directory can not be read or written
 */
export async function openDirectoryObjectStore(
  path: string,
  options: DirectoryObjectStoreOptions = {},
): Promise<ObjectStore> {
  const root = resolve(path);
  const staleBefore = options.staleBefore ?? epochMs(Date.now() - process.uptime() * 1_000);
  await callDisk('open directory', async () => {
    await makeDirectory(root);
    await removeStale(root, staleBefore);
  });

  const pathOf = (key: string): string => {
    checkObjectKey(key);
    return join(root, ...key.split('/'));
  };

  return {
    async put(key, bytes, { ifAbsent = false } = {}) {
      const path = pathOf(key);
      return callDisk(`write object ${key}`, async () => {
        const folder = dirname(path);
        await makeDirectory(folder);
        const temporary = join(folder, `${TEMPORARY_MARK}${randomUUID()}`);
        let isStored = true;
        try {
          await writeDurably(temporary, bytes);
          if (ifAbsent) isStored = await linkIfAbsent(temporary, path);
          else await rename(temporary, path);
        } finally {
          await rm(temporary, { force: true });
        }
        // Also when it exists: whoever wrote it may not have come this far.
        await syncDirectory(folder);
        return isStored ? 'stored' : 'exists';
      });
    },

    async get(key, { maxBytes = Infinity } = {}) {
      const path = pathOf(key);
      return callDisk(`read object ${key}`, () => readFileUpTo(path, key, maxBytes));
    },

    async list(prefix) {
      checkObjectPrefix(prefix);
      return callDisk('list objects', async () => {
        const keys = await filesBelow(root, folderOf(prefix));
        return keys.filter((key) => key.startsWith(prefix)).sort();
      });
    },

    async delete(key) {
      const path = pathOf(key);
      await callDisk(`delete object ${key}`, async () => {
        try {
          await unlink(path);
        } catch (error) {
          if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR', 'EPERM')) throw error;
          if (await isFile(path)) throw error;
          return;
        }
        await syncDirectory(dirname(path));
      });
    },
  };
}

async function readFileUpTo(
  path: string,
  key: string,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > maxBytes) throw objectTooLarge(key, size, maxBytes);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
    throw error;
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function linkIfAbsent(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Makes a directory whose own entry, and those of its new parents, survive a power cut. */
async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    await syncDirectory(dirname(made));
  }
}

async function syncDirectory(path: string): Promise<void> {
  // Windows can not open a directory; there the file system's journal has to do.
  if (process.platform === 'win32') return;
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function removeStale(root: string, staleBefore: EpochMs): Promise<void> {
  for (const entry of await entriesBelow(root)) {
    if (!entry.name.startsWith(TEMPORARY_MARK)) continue;
    const path = join(entry.parentPath, entry.name);
    if ((await stat(path)).mtimeMs < staleBefore) await rm(path, { force: true });
  }
}

/** Keys of the objects below one folder of `root`. */
async function filesBelow(root: string, folder: string): Promise<readonly string[]> {
  const entries = await entriesBelow(join(root, folder));
  return entries
    .filter(({ name }) => !name.startsWith(TEMPORARY_MARK))
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)).split(sep).join('/'));
}

async function entriesBelow(path: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile());
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

/** The folder that all keys with `prefix` lie in, so that a listing need not walk everything. */
function folderOf(prefix: string): string {
  return prefix.slice(0, prefix.lastIndexOf('/') + 1);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function callDisk<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!isError(error) || !('syscall' in error)) throw error;
    throw new DomainError('STORE_UNAVAILABLE', `${what}: ${error.message}`, {}, error);
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(errorCodeOf(error) ?? '');
}
