import { readFileSync } from 'node:fs';
import { type HeliosConfig, HeliosConfigSchema } from '#contracts/config/helios-config.ts';

/** What is configured, from the file that a function's environment names; the defaults without one. */
export function readConfig(path: string | undefined): HeliosConfig {
  return HeliosConfigSchema.parse(path === undefined ? {} : JSON.parse(readFileSync(path, 'utf8')));
}
