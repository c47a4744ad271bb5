import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { problemText } from '#adapters/config/config-problem.ts';
import { parseConfig } from '#adapters/config/parse-config.ts';
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
  const { config, problems } = parseConfig(readFileSync(file, 'utf8'));
  if (config !== undefined) return config;
  const lines = problems.map((problem) => problemText(file, problem));
  throw new Error(`the configuration is not valid:\n${lines.join('\n')}`);
}

function absolute(root: string, path: string): string {
  return isAbsolute(path) ? path : join(root, path);
}
