import { valueAt } from './explain-issue.ts';

type Path = readonly (string | number)[];

/** A parsed file whose `${VAR}` are filled in. */
export interface Expanded {
  readonly value: unknown;
  /** The same for messages: with `${VAR}` as it was written, and stars for what is secret. */
  readonly shown: unknown;
  /** Variables without a value and without a default, and where they are used. */
  readonly unset: readonly { readonly path: Path; readonly name: string }[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `${NAME}`, `${NAME:-default}`; `$${` is a plain `${`. */
const VARIABLE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** Names of keys whose values nobody may read. */
const SECRET = /key$|token|secret|password|credential|authorization|passphrase/i;

/**
 * Fills `${VAR}` and `${VAR:-default}` in, in values and never in keys; as in a shell the default also
 * counts for an empty variable. YAML is parsed before, so that no value can change what the file says.
 *
 * @example
 * ```ts
 * expandVariables({ url: 'http://${HOST:-localhost}' }, {}).value; // => { url: 'http://localhost' }
 * ```
 */
export function expandVariables(value: unknown, env: Environment): Expanded {
  const unset: { path: Path; name: string }[] = [];
  const walk = (
    node: unknown,
    path: Path,
    isSecret: boolean,
  ): Pick<Expanded, 'value' | 'shown'> => {
    if (typeof node === 'string') {
      const expanded = expandText(node, env, (name) => unset.push({ path, name }));
      return { value: expanded, shown: isSecret && expanded === node ? '***' : node };
    }
    if (Array.isArray(node)) {
      const items = node.map((item, index) => walk(item, [...path, index], isSecret));
      return { value: items.map((item) => item.value), shown: items.map((item) => item.shown) };
    }
    if (typeof node === 'object' && node !== null) {
      const entries = Object.entries(node).map(
        ([key, each]) => [key, walk(each, [...path, key], isSecret || SECRET.test(key))] as const,
      );
      return {
        value: Object.fromEntries(entries.map(([key, each]) => [key, each.value])),
        shown: Object.fromEntries(entries.map(([key, each]) => [key, each.shown])),
      };
    }
    return { value: node, shown: isSecret && node !== null ? '***' : node };
  };
  return { ...walk(value, [], false), unset };
}

function expandText(text: string, env: Environment, missing: (name: string) => void): string {
  return text.replace(
    VARIABLE,
    (whole, name: string | undefined, byDefault: string | undefined) => {
      if (name === undefined) return '${';
      const found = env[name];
      if (found !== undefined && (found !== '' || byDefault === undefined)) return found;
      if (byDefault !== undefined) return byDefault;
      missing(name);
      return whole;
    },
  );
}

/**
 * The number or truth value that a variable alone stands for, where the file has nothing else: variables
 * are texts, and `interval: ${SECONDS:-15}` means a number. Undefined where it is none.
 */
export function scalarOf(
  expanded: unknown,
  shown: unknown,
  path: Path,
): number | boolean | undefined {
  const written = valueAt(shown, path);
  if (typeof written !== 'string' || !/^\$\{[^}]*\}$/.test(written.trim())) return undefined;
  const text = String(valueAt(expanded, path)).trim();
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
