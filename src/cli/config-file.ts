import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { closest } from '#core/closest.ts';
import { DomainError } from '#core/errors.ts';
import { foreignError } from './foreign-error.ts';
import { OUTPUT_FORMATS } from './output-format.ts';

/** The file `helios config` reads and writes. */
export const CliConfigSchema = z.strictObject({
  endpoint: z.url({ protocol: /^https?$/, error: 'a URL with http or https' }).optional(),
  api_key_file: z.string().min(1).optional(),
  output: z.enum(OUTPUT_FORMATS).optional(),
  data_dir: z.string().min(1).optional(),
});
export type CliConfig = z.infer<typeof CliConfigSchema>;

/** What can be configured. */
export const CONFIG_KEYS = ['endpoint', 'api_key_file', 'output', 'data_dir'] as const;
export type ConfigKey = (typeof CONFIG_KEYS)[number];

/** Where the configuration of a user is. */
export function configPath(homeDirectory: string): string {
  return join(homeDirectory, '.helios', 'config.yaml');
}

/** @throws {DomainError} `CONFIG_INVALID` naming the known keys and the one probably meant */
export function configKey(text: string): ConfigKey {
  const key = CONFIG_KEYS.find((known) => known === text);
  if (key) return key;
  const meant = closest(text, CONFIG_KEYS);
  const question = meant === undefined ? '' : `, did you mean ${meant}?`;
  throw new DomainError('CONFIG_INVALID', `unknown key ${text}${question}`, {
    allowed: CONFIG_KEYS,
  });
}

/**
 * The configuration of `path`, empty when there is no such file.
 * @throws {DomainError} `CONFIG_INVALID`
 */
export async function readConfig(path: string): Promise<CliConfig> {
  const text = await readTextIfAny(path);
  return text === undefined ? {} : parseYaml(text, CliConfigSchema, path);
}

/**
 * Writes the configuration whole or not at all, readable by its owner only.
 * @throws {DomainError} `CONFIG_INVALID` when a value is not allowed
 */
export async function writeConfig(
  path: string,
  config: Readonly<Record<string, unknown>>,
): Promise<void> {
  const valid = check(config, CliConfigSchema, path);
  const temporary = `${path}.new`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await writeFile(temporary, stringify(valid), { mode: 0o600 });
    // The mode above counts for new files only: one left over may be open to others.
    await chmod(temporary, 0o600);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The text of a file, or undefined when there is none. */
export async function readTextIfAny(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = foreignError(error);
    if (code === 'ENOENT') return undefined;
    throw new DomainError('CONFIG_INVALID', `cannot read ${path}: ${message}`, { path }, error);
  }
}

/** A YAML text by its schema. @throws {DomainError} `CONFIG_INVALID` with every problem */
export function parseYaml<T>(text: string, schema: z.ZodType<T>, path: string): T {
  return check(readYaml(text, path), schema, path);
}

/** What a YAML text holds; an empty one holds no keys. @throws {DomainError} `CONFIG_INVALID` */
export function readYaml(text: string, path: string): unknown {
  try {
    return parse(text) ?? {};
  } catch (error) {
    const [message] = foreignError(error).message.split('\n');
    throw new DomainError('CONFIG_INVALID', `${path} is no YAML: ${message}`, { path }, error);
  }
}

function check<T>(value: unknown, schema: z.ZodType<T>, path: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new DomainError('CONFIG_INVALID', `${path} is not valid`, {
    issues: issuesOf(result.error),
  });
}

/** Every problem of a value with where it is. */
export function issuesOf({ issues }: z.ZodError): readonly string[] {
  return issues.map((issue) => {
    const at = issue.path.join('.');
    return at === '' ? issue.message : `${at}: ${issue.message}`;
  });
}
