import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { DomainError } from '#core/errors.ts';
import type { CommandContext } from '../command-context.ts';
import { foreignError } from '../foreign-error.ts';

/**
 * Reads a file that a person names, or standard input for `-`.
 * @throws {DomainError} `IMPORT_INVALID` when it cannot be read; what `read` throws, with the file's name
 */
export async function readFromFile<T>(
  { environment }: CommandContext,
  file: string,
  read: (input: NodeJS.ReadableStream) => Promise<T>,
): Promise<T> {
  if (file === '-') return read(environment.stdin);
  const path = resolve(environment.workingDirectory, file);
  const stream = createReadStream(path);
  try {
    return await read(stream);
  } catch (error) {
    if (error instanceof DomainError) {
      throw new DomainError(error.code, `${file}: ${error.message}`, error.details, error);
    }
    const { message, code } = foreignError(error);
    if (code === undefined) throw error;
    throw new DomainError('IMPORT_INVALID', `cannot read ${path}: ${message}`, { path }, error);
  } finally {
    stream.destroy();
  }
}
