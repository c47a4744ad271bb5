import { constants } from 'node:fs';
import { join } from 'node:path';
import { errorCodeOf } from '../error-code.ts';
import { type Disk, type DiskFile, nodeDisk } from './disk.ts';

/** The few things a buffer asks of a file system; tests put a full disk in its place. */
export interface SegmentFiles {
  /** Names and sizes of all segments. */
  list(): Promise<readonly { readonly name: string; readonly bytes: number }[]>;
  /** Appends whole or fails; after a failure the segment may end in a part of `data`. */
  append(name: string, data: Buffer, options: { readonly fsync: boolean }): Promise<void>;
  /** Up to `length` bytes from `offset`; fewer at the end. */
  read(name: string, offset: number, length: number): Promise<Buffer>;
  remove(name: string): Promise<void>;
  readNote(): Promise<string | undefined>;
  /** Replaces the note whole or not at all. */
  writeNote(text: string): Promise<void>;
  close(): Promise<void>;
}

const NOTE = 'position.json';
export const SEGMENT = /^\d{10}\.seg$/;

/** Segments as files of a directory, readable by their owner only: samples are nobody else's business. */
export async function directorySegments(
  directory: string,
  disk: Disk = nodeDisk,
): Promise<SegmentFiles> {
  await disk.mkdir(directory, { recursive: true, mode: 0o700 });
  const path = (name: string) => join(directory, name);
  let writer: { readonly name: string; readonly handle: DiskFile } | undefined;
  let reader: { readonly name: string; readonly handle: DiskFile } | undefined;

  const close = async (which: 'writer' | 'reader' | 'both') => {
    const closing = [
      which !== 'reader' ? writer : undefined,
      which !== 'writer' ? reader : undefined,
    ];
    if (which !== 'reader') writer = undefined;
    if (which !== 'writer') reader = undefined;
    for (const each of closing) await each?.handle.close();
  };

  return {
    async list() {
      const names = (await disk.readdir(directory)).filter((name) => SEGMENT.test(name)).sort();
      const sizes: { name: string; bytes: number }[] = [];
      for (const name of names) {
        const handle = await disk.open(path(name), 'r');
        sizes.push({ name, bytes: (await handle.stat()).size });
        await handle.close();
      }
      return sizes;
    },
    async append(name, data, { fsync }) {
      if (writer?.name !== name) {
        await close('writer');
        const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND;
        writer = { name, handle: await disk.open(path(name), flags, 0o600) };
        // A file that is on the disk under no name is lost with the power all the same.
        if (fsync) await syncDirectory(disk, directory);
      }
      await writer.handle.appendFile(data);
      if (fsync) await writer.handle.datasync();
    },
    async read(name, offset, length) {
      if (reader?.name !== name) {
        await close('reader');
        reader = { name, handle: await disk.open(path(name), 'r') };
      }
      const buffer = Buffer.allocUnsafe(length);
      const { bytesRead } = await reader.handle.read(buffer, 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
    async remove(name) {
      if (reader?.name === name) await close('reader');
      if (writer?.name === name) await close('writer');
      await disk.rm(path(name), { force: true });
    },
    async readNote() {
      try {
        return await disk.readFile(path(NOTE), 'utf8');
      } catch (error) {
        if (errorCodeOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    },
    async writeNote(text) {
      const temporary = path(`${NOTE}.new`);
      await disk.writeFile(temporary, text, { mode: 0o600 });
      await disk.rename(temporary, path(NOTE));
    },
    close: () => close('both'),
  };
}

/** Windows keeps names in a journal of its own, and syncs no directories. */
async function syncDirectory(disk: Disk, directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await disk.open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
