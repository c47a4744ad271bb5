import { join, resolve } from 'node:path';
import * as z from 'zod';
import { DomainError } from '#core/errors.ts';
import {
  CliConfigSchema,
  CONFIG_KEYS,
  type ConfigKey,
  configPath,
  readConfig,
  readTextIfAny,
} from './config-file.ts';
import type { Environment } from './environment.ts';
import type { OutputFormat } from './output-format.ts';

/** Which of the places a value can come from gave it; the first of them wins. */
export type Origin = 'flag' | 'environment' | 'file' | 'server' | 'default';

/** A value, and where it came from in words. */
export interface Setting<T> {
  readonly value: T;
  readonly origin: Origin;
  /** E.g. `--endpoint`, `HELIOS_ENDPOINT`, the path of a file. */
  readonly from: string;
}

/** What every command needs to know before it starts. */
export interface Settings {
  readonly endpoint: Setting<string>;
  readonly api_key_file: Setting<string | null>;
  readonly output: Setting<OutputFormat>;
  readonly data_dir: Setting<string>;
}

/** The options every command understands, as commander names them. */
export interface GlobalFlags {
  readonly endpoint?: string;
  readonly apiKeyFile?: string;
  readonly output?: string;
  readonly dataDir?: string;
  readonly quiet?: boolean;
}

export const DEFAULT_ENDPOINT = 'http://127.0.0.1:8080';
export const DEFAULT_DATA_DIR = '.helios';

const ENVIRONMENT_NAMES: Readonly<Record<ConfigKey, string>> = {
  endpoint: 'HELIOS_ENDPOINT',
  api_key_file: 'HELIOS_API_KEY_FILE',
  output: 'HELIOS_OUTPUT',
  data_dir: 'HELIOS_DATA_DIR',
};

const FLAG_NAMES: Readonly<Record<ConfigKey, string>> = {
  endpoint: '--endpoint',
  api_key_file: '--api-key-file',
  output: '--output',
  data_dir: '--data-dir',
};

/** What a running server writes into its data directory. */
export const ServerFileSchema = z.object({ pid: z.number(), url: z.url() });

/**
 * Every setting with its origin: flag, then environment, then `~/.helios/config.yaml`, then (the
 * endpoint only) the server that runs on the data directory, then the default.
 *
 * @throws {DomainError} `CONFIG_INVALID` naming the place of a value that is not allowed
 */
export async function resolveSettings(
  environment: Pick<Environment, 'env' | 'homeDirectory' | 'workingDirectory'>,
  flags: GlobalFlags,
): Promise<Settings> {
  const path = configPath(environment.homeDirectory);
  const file = await readConfig(path);
  const given: Record<ConfigKey, string | undefined> = {
    endpoint: flags.endpoint,
    api_key_file: flags.apiKeyFile,
    output: flags.output,
    data_dir: flags.dataDir,
  };
  const find = <K extends ConfigKey>(key: K) =>
    fromFlag(key, given[key]) ?? fromEnvironment(key, environment.env) ?? fromFile(file[key], path);

  const dataDir = find('data_dir') ?? byDefault(DEFAULT_DATA_DIR);
  const absolute = resolve(environment.workingDirectory, dataDir.value);
  return {
    endpoint:
      find('endpoint') ?? (await fromServer(absolute)) ?? byDefault<string>(DEFAULT_ENDPOINT),
    api_key_file: find('api_key_file') ?? byDefault(null),
    output: find('output') ?? byDefault<OutputFormat>('table'),
    data_dir: { ...dataDir, value: absolute },
  };
}

/** The names of all settings, in the order people read them. */
export const SETTING_NAMES: readonly ConfigKey[] = CONFIG_KEYS;

type Value<K extends ConfigKey> = NonNullable<z.infer<typeof CliConfigSchema>[K]>;

function fromFlag<K extends ConfigKey>(key: K, text: string | undefined) {
  if (text === undefined) return undefined;
  return {
    value: parseValue(key, text, FLAG_NAMES[key]),
    origin: 'flag',
    from: FLAG_NAMES[key],
  } as const;
}

function fromEnvironment<K extends ConfigKey>(key: K, env: Environment['env']) {
  const name = ENVIRONMENT_NAMES[key];
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  return { value: parseValue(key, text, name), origin: 'environment', from: name } as const;
}

function fromFile<T>(value: T | undefined, path: string) {
  return value === undefined ? undefined : ({ value, origin: 'file', from: path } as const);
}

function byDefault<T>(value: T): Setting<T> {
  return { value, origin: 'default', from: 'default' };
}

/** A file of a server that was killed says where nobody listens any more: callers probe the URL. */
async function fromServer(dataDir: string): Promise<Setting<string> | undefined> {
  const path = join(dataDir, 'server.json');
  const text = await readTextIfAny(path);
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined; // Being written at this moment, or cut off by a crash: as good as absent.
  }
  const server = ServerFileSchema.safeParse(json);
  return server.success ? { value: server.data.url, origin: 'server', from: path } : undefined;
}

function parseValue<K extends ConfigKey>(key: K, text: string, from: string): Value<K> {
  const result = CliConfigSchema.shape[key].safeParse(text);
  if (result.success && result.data !== undefined) return result.data as Value<K>;
  const problem = result.error?.issues[0]?.message ?? 'not allowed';
  throw new DomainError('CONFIG_INVALID', `${from} is ${JSON.stringify(text)}: ${problem}`, {
    key,
  });
}
