import { resolve } from 'node:path';
import { type ConfigProblem, problemText } from '#adapters/config/config-problem.ts';
import { checkConfig as findingsOf } from '#app/config/check-config.ts';
import type { CommandContext } from '../command-context.ts';
import { configKey, configPath, readConfig, writeConfig } from '../config-file.ts';
import type { Environment } from '../environment.ts';
import { EXIT_USAGE, printable } from '../failure.ts';
import { renderTable, type Table, textCell, unknownCell } from '../render/table.ts';
import { findServiceConfig } from '../service-config.ts';
import { SETTING_NAMES } from '../settings.ts';

/** Shows every setting with the place it came from. */
export async function showConfig(context: CommandContext): Promise<number> {
  const { settings } = context;
  const table: Table = {
    columns: [
      { title: 'Key', key: 'key' },
      { title: 'Value', key: 'value' },
      { title: 'Origin', key: 'origin' },
      { title: 'From', key: 'from' },
    ],
    rows: SETTING_NAMES.map((name) => {
      const { value, origin, from } = settings[name];
      const shown = value === null ? unknownCell('not set') : textCell(value);
      return [textCell(name), shown, textCell(origin), textCell(from)];
    }),
  };
  const data = Object.fromEntries(SETTING_NAMES.map((name) => [name, settings[name]]));
  context.print({ data, table, text: () => renderTable(table, context.terminal) });
  return 0;
}

/** Sets a key in the user's configuration file. @throws {DomainError} `CONFIG_INVALID` */
export async function setConfig(
  environment: Environment,
  key: string,
  value: string,
): Promise<number> {
  const name = configKey(key);
  const path = configPath(environment.homeDirectory);
  const isPath = name === 'data_dir' || name === 'api_key_file';
  // A relative path means a place here and now, not wherever a later command is run.
  const stored = isPath ? resolve(environment.workingDirectory, value) : value;
  await writeConfig(path, { ...(await readConfig(path)), [name]: stored });
  return 0;
}

/** Removes a key from the user's configuration file. @throws {DomainError} `CONFIG_INVALID` */
export async function unsetConfig(environment: Environment, key: string): Promise<number> {
  const name = configKey(key);
  const path = configPath(environment.homeDirectory);
  const { [name]: _, ...rest } = await readConfig(path);
  await writeConfig(path, rest);
  return 0;
}

/** Prints where the user's configuration is. */
export async function printConfigPath(environment: Environment): Promise<number> {
  environment.stdout.write(`${configPath(environment.homeDirectory)}\n`);
  return 0;
}

/**
 * Checks the user's configuration, and the service's: the file named, or `helios.config.yaml` here. Every
 * problem is a line with its place.
 *
 * @returns 2 when there are errors; warnings are told and change nothing
 * @throws {DomainError} `CONFIG_INVALID` when the user's own configuration is wrong, or there is no file
 */
export async function checkConfig(
  environment: Environment,
  file: string | undefined,
): Promise<number> {
  const own = configPath(environment.homeDirectory);
  await readConfig(own);
  const { name, parsed } = await findServiceConfig(environment, file);
  const { stdout } = environment;
  stdout.write(`${own}: ok\n`);
  if (parsed === undefined) return 0;
  const { config, problems, lineOf } = parsed;
  const findings = config === undefined ? [] : findingsOf(config);
  const warnings = findings.map(
    (finding): ConfigProblem => ({ ...finding, severity: 'warning', line: lineOf(finding.path) }),
  );
  for (const problem of [...problems, ...warnings]) {
    stdout.write(`${printable(problemText(name, problem))}\n`);
  }
  if (problems.length > 0) {
    const errors = problems.length === 1 ? '1 error' : `${problems.length} errors`;
    stdout.write(`${name}: ${errors}\n`);
    return EXIT_USAGE;
  }
  stdout.write(`${name}: ok\n`);
  return 0;
}
