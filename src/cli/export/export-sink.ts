import { once } from 'node:events';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { DomainError } from '#core/errors.ts';
import type { Environment } from '../environment.ts';

/** Where an export goes, bit by bit. */
export interface ExportSink {
  write(text: string): Promise<void>;
  /** Puts the whole file into its place. */
  commit(): Promise<void>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

/**
 * Standard output, or a file: that is written beside its place and renamed into it, so that nobody ever
 * reads half of it, and what was there stays until then.
 *
 * @throws {DomainError} `CONFIG_INVALID` where the file cannot be written
 */
export async function openSink(
  { stdout, workingDirectory }: Pick<Environment, 'stdout' | 'workingDirectory'>,
  file: string | undefined,
): Promise<ExportSink> {
  if (file === undefined) return { write: (text) => print(stdout, text), ...NOTHING };
  const path = resolve(workingDirectory, file);
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  const handle = await open(temporary, 'w').catch((error: unknown) => {
    throw new DomainError('CONFIG_INVALID', `${path} cannot be written`, { file: path }, error);
  });
  return {
    write: async (text) => {
      // Not `write`, which may take a part of it where the disk is nearly full.
      await handle.appendFile(text);
    },
    commit: () => keep(handle, temporary, path),
    abandon: async () => {
      await handle.close();
      await rm(temporary, { force: true });
    },
  };
}

const NOTHING = { commit: async () => {}, abandon: async () => {} };

async function keep(handle: FileHandle, temporary: string, path: string): Promise<void> {
  await handle.sync();
  await handle.close();
  await rename(temporary, path);
}

/** Waits where whoever reads is slower, so that nothing piles up here. */
async function print(stdout: Environment['stdout'], text: string): Promise<void> {
  const isTaken = stdout.write(text);
  if (isTaken === false && isEmitter(stdout)) await once(stdout, 'drain');
}

function isEmitter(sink: unknown): sink is NodeJS.EventEmitter {
  return typeof sink === 'object' && sink !== null && 'once' in sink;
}
