import { resolve } from 'node:path';
import { problemText } from '#adapters/config/config-problem.ts';
import { type ParsedConfig, parseConfig } from '#adapters/config/parse-config.ts';
import { type HeliosConfig, HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { DomainError } from '#core/errors.ts';
import { readTextIfAny } from './config-file.ts';
import type { Environment } from './environment.ts';

/** The file that the local process and `cdk deploy` are configured by. */
export const SERVICE_CONFIG = 'helios.config.yaml';

/** A configuration file that was looked for. */
export interface ServiceFile {
  /** As people named it, or the usual name. */
  readonly name: string;
  /** Undefined when there is no file. */
  readonly parsed: ParsedConfig | undefined;
}

/**
 * Looks for the configuration of the service: the file named, or `helios.config.yaml` here.
 * @throws {DomainError} `CONFIG_INVALID` when the file named is not there, or cannot be read
 */
export async function findServiceConfig(
  { workingDirectory }: Pick<Environment, 'workingDirectory'>,
  file: string | undefined,
): Promise<ServiceFile> {
  const name = file ?? SERVICE_CONFIG;
  const path = resolve(workingDirectory, name);
  const text = await readTextIfAny(path);
  if (text === undefined && file !== undefined) {
    throw new DomainError('CONFIG_INVALID', `there is no configuration file ${path}`, { path });
  }
  return { name, parsed: text === undefined ? undefined : parseConfig(text) };
}

/**
 * The configuration of the service, the defaults where there is no file.
 * @throws {DomainError} `CONFIG_INVALID` with every problem and its line
 */
export async function readServiceConfig(
  environment: Pick<Environment, 'workingDirectory'>,
  file: string | undefined,
): Promise<HeliosConfig> {
  const { name, parsed } = await findServiceConfig(environment, file);
  if (parsed === undefined) return HeliosConfigSchema.parse({});
  if (parsed.config !== undefined) return parsed.config;
  throw new DomainError('CONFIG_INVALID', `${name} is not valid`, {
    issues: parsed.problems.map((problem) => problemText(name, problem)),
  });
}
