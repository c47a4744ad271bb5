import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { type HeliosConfig, HeliosConfigSchema } from '#contracts/config/helios-config.ts';

const DEFAULT_FILE = 'helios.config.yaml';

/**
 * The configuration that is deployed: the file at `path`, or `helios.config.yaml` under `root`
 * where there is one, else the defaults.
 *
 * @param path - as given by `-c config=…`, absolute or relative to `root`
 * @throws {Error} when a named file is missing, or the file is no valid configuration; the message
 * names each wrong place
 */
export function readConfig(root: string, path?: string): HeliosConfig {
  const file = absolute(root, path ?? DEFAULT_FILE);
  if (path === undefined && !existsSync(file)) return HeliosConfigSchema.parse({});
  const result = HeliosConfigSchema.safeParse(parse(readFileSync(file, 'utf8')) ?? {});
  if (result.success) return result.data;
  throw new Error(`${file} is not a valid configuration:\n${z.prettifyError(result.error)}`);
}

function absolute(root: string, path: string): string {
  return isAbsolute(path) ? path : join(root, path);
}
