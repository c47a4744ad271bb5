import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const ServerFileSchema = z.object({ pid: z.number(), url: z.string() });

/** Which process serves a data directory, and where; commands find their server by it. */
export type ServerFile = z.infer<typeof ServerFileSchema>;

/** Tells commands where the server of `dataDir` is. */
export async function writeServerFile(dataDir: string, server: ServerFile): Promise<void> {
  await writeFile(pathIn(dataDir), `${JSON.stringify(server)}\n`);
}

/** @returns undefined where there is none, or it is cut off: a kill may leave either */
export async function readServerFile(dataDir: string): Promise<ServerFile | undefined> {
  try {
    return ServerFileSchema.parse(JSON.parse(await readFile(pathIn(dataDir), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Only for the process that holds the directory: any file there is its own or of a dead one. */
export async function removeServerFile(dataDir: string): Promise<void> {
  await rm(pathIn(dataDir), { force: true });
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'server.json');
}
