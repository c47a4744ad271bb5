import { type FileHandle, open, stat } from 'node:fs/promises';
import { DomainError } from '#core/errors.ts';

/** A place in a file, of which there may be several one after the other. */
export interface FilePlace {
  /** Tells a file from the one that took its name. */
  readonly file: string;
  readonly offset: number;
}

/** Whole lines of a file, and where they end. */
export interface FilePiece {
  /** The first line of the file. */
  readonly header: string;
  readonly text: string;
  readonly end: FilePlace;
}

/** Read in one go at most; the rest follows next time. */
const MOST_BYTES = 16 * 1024 * 1024;
const LONGEST_HEADER = 1_000_000;
const LINE_FEED = 10;

interface OpenFile {
  readonly handle: FileHandle;
  readonly id: string;
}

/**
 * Follows a file that grows. When another file takes its name, the rest of the old one is read first, as
 * it stays open; a file that is shorter than before has begun anew. A line that is not finished waits.
 */
export class GrowingFile {
  readonly #path: string;
  readonly #mostBytes: number;
  #files: OpenFile[] = [];

  constructor(path: string, mostBytes = MOST_BYTES) {
    this.#path = path;
    this.#mostBytes = mostBytes;
  }

  /**
   * What has come since `from`; from the beginning where that is of no file that is open.
   *
   * @throws {DomainError} `SOURCE_UNAVAILABLE` while there is no such file, or it cannot be read
   */
  async read(from: FilePlace | undefined): Promise<readonly FilePiece[]> {
    try {
      await this.#look();
      await this.#forgetBefore(from);
      const pieces: FilePiece[] = [];
      for (const file of this.#files) {
        const start = from?.file === file.id ? from.offset : 0;
        const { piece, isCut } = await this.#pieceOf(file, start);
        if (piece) pieces.push(piece);
        // What follows it waits until it is read to its end.
        if (isCut) break;
      }
      return pieces;
    } catch (error) {
      if (error instanceof DomainError) throw error;
      const code =
        error instanceof Error ? String(Reflect.get(error, 'code') ?? error.name) : 'unknown';
      const details = { path: this.#path, code };
      throw new DomainError(
        'SOURCE_UNAVAILABLE',
        `${this.#path} cannot be read (${code})`,
        details,
        error,
      );
    }
  }

  async close(): Promise<void> {
    for (const { handle } of this.#files) await handle.close();
    this.#files = [];
  }

  /** Opens the file that has the name now, if it is another one. */
  async #look(): Promise<void> {
    const newest = this.#files.at(-1);
    const { ino, dev } = await stat(this.#path).catch((error: unknown) => {
      // Between two files there may be none for a moment: the old one can still be read.
      if (newest) return { ino: newest.id, dev: '' };
      throw error;
    });
    const id = dev === '' ? String(ino) : `${dev}:${ino}`;
    if (newest?.id === id) return;
    this.#files.push({ handle: await open(this.#path, 'r'), id });
  }

  /** Files that have been read to their end and are not the newest are over. */
  async #forgetBefore(from: FilePlace | undefined): Promise<void> {
    const at = this.#files.findIndex(({ id }) => id === from?.file);
    for (const { handle } of this.#files.splice(0, Math.max(at, 0))) await handle.close();
  }

  async #pieceOf(
    { handle, id }: OpenFile,
    start: number,
  ): Promise<{ readonly piece?: FilePiece; readonly isCut: boolean }> {
    const { size } = await handle.stat();
    const header = await headerOf(handle, size);
    if (header === undefined) return { isCut: false };
    const first = Buffer.byteLength(header) + 1;
    // Shorter than what was read: it was emptied and written again.
    const from = Math.max(first, start > size ? 0 : start);
    const length = Math.max(0, Math.min(size - from, this.#mostBytes));
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, from);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(LINE_FEED) + 1;
    const text = buffer.toString('utf8', 0, end);
    const piece = { header, text, end: { file: id, offset: from + end } };
    return { piece, isCut: from + length < size };
  }
}

/** @returns undefined while the first line is not finished */
async function headerOf(handle: FileHandle, size: number): Promise<string | undefined> {
  const length = Math.min(size, LONGEST_HEADER);
  if (length === 0) return undefined;
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
  const end = buffer.subarray(0, bytesRead).indexOf(LINE_FEED);
  return end < 0 ? undefined : buffer.toString('utf8', 0, end);
}
