import { readdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type PageFileHeaders, pageFileHeaders } from '#contracts/dashboard-page.ts';

/** One file of the page. */
export interface PageFile extends PageFileHeaders {
  /** Relative to the page, with `/`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * The built page, whole: half a megabyte. Files of no use to a browser are left out.
 *
 * @returns undefined where there is no `index.html`: the page was not built
 */
export async function readPage(directory: string): Promise<readonly PageFile[] | undefined> {
  const names = await readdir(directory, { recursive: true }).catch(() => []);
  const paths = names.map((name) => name.split(sep).join('/')).sort();
  if (!paths.includes('index.html')) return undefined;
  const files: PageFile[] = [];
  for (const path of paths) {
    const headers = pageFileHeaders(path);
    if (headers) files.push({ path, ...headers, bytes: await readFile(join(directory, path)) });
  }
  return files;
}
