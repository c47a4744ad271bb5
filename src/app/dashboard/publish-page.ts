import {
  pageFileHeaders,
  RUNTIME_CONFIG_FILE,
  type RuntimeConfig,
} from '#contracts/dashboard-page.ts';
import type { PageBucket, PublishedFile } from '../ports/page-bucket.ts';

/**
 * Publishes the dashboard. Whoever loads it meanwhile gets the old page or the new one, never a page whose
 * parts are missing: the page itself comes after what it loads, and what older pages load stays.
 *
 * @returns how many files were published
 */
export async function publishPage(
  bucket: PageBucket,
  files: readonly PublishedFile[],
  config: RuntimeConfig,
): Promise<number> {
  const settings = settingsOf(config);
  const built = files.filter(({ path }) => path !== settings.path);
  const isParted = (file: PublishedFile) => file.path !== 'index.html';
  const ordered = [...built.filter(isParted), settings, ...built.filter((f) => !isParted(f))];
  for (const file of ordered) await bucket.put(file);
  return ordered.length;
}

/** Empties the bucket, so that it can be deleted. @returns how many files there were */
export async function withdrawPage(bucket: PageBucket): Promise<number> {
  const paths = await bucket.list();
  for (const path of paths) await bucket.delete(path);
  return paths.length;
}

function settingsOf(config: RuntimeConfig): PublishedFile {
  const path = RUNTIME_CONFIG_FILE;
  const headers = pageFileHeaders(path);
  if (!headers) throw new TypeError(`${path} has no content type`);
  return { path, bytes: new TextEncoder().encode(JSON.stringify(config)), ...headers };
}
