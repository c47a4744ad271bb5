import type * as z from 'zod';
import { closest } from '#core/closest.ts';
import { allowedKeys, type KeysAt } from './allowed-keys.ts';
import type { ConfigProblem } from './config-problem.ts';

type Path = readonly (string | number)[];
type Explained = Pick<ConfigProblem, 'path' | 'message'>;

/** Values longer than this are cut off in messages. */
const SHOWN = 60;

/**
 * What zod found, in words: the place, the value there, what is allowed. One issue may be several.
 *
 * @param keysAt - which keys are allowed where; those of `helios.config.yaml` unless given
 */
export function explainIssue(
  issue: z.core.$ZodIssue,
  root: unknown,
  at: Path = [],
  keysAt: KeysAt = allowedKeys,
): readonly Explained[] {
  const path = [
    ...at,
    ...issue.path.map((part) => (typeof part === 'number' ? part : String(part))),
  ];
  const found = valueAt(root, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey([...path, key], issue.keys, root, keysAt));
    case 'invalid_union':
      return unionIssue(issue, root, path, found, keysAt);
    case 'invalid_value':
      return [
        { path, message: `${shown(found)} is none of ${issue.values.map(String).join(', ')}` },
      ];
    case 'invalid_type':
      return [
        found === undefined
          ? { path, message: `is missing: ${article(issue.expected)}` }
          : { path, message: `${shown(found)} is not ${article(issue.expected)}` },
      ];
    case 'too_big':
      return [
        {
          path,
          message: `${sized(found)} is too much: ${bound('at most', issue.maximum, issue.origin)}`,
        },
      ];
    case 'too_small':
      return [
        {
          path,
          message: `${sized(found)} is too little: ${bound('at least', issue.minimum, issue.origin)}`,
        },
      ];
    default:
      return [{ path, message: told(found, withoutPrefix(issue.message)) }];
  }
}

function unknownKey(
  path: Path,
  unknown: readonly string[],
  root: unknown,
  keysAt: KeysAt,
): Explained {
  const parent = path.slice(0, -1);
  const known = keysAt(parent, valueAt(root, parent));
  const key = String(path.at(-1));
  // Of two forms, it has keys of both: each is known where the other is not.
  if (known.includes(key)) {
    const rest = Object.keys(valueAt(root, parent) ?? {}).filter((each) => !unknown.includes(each));
    return { path, message: `does not go together with ${rest.join(', ')}: they are two forms` };
  }
  const meant = closest(key, known);
  if (meant !== undefined) return { path, message: `unknown key, did you mean ${meant}?` };
  return {
    path,
    message: known.length === 0 ? 'unknown key' : `unknown key, allowed are ${known.join(', ')}`,
  };
}

/** Of several forms the one that fits best is taken to be meant. */
function unionIssue(
  issue: z.core.$ZodIssueInvalidUnion,
  root: unknown,
  path: Path,
  found: unknown,
  keysAt: KeysAt,
): readonly Explained[] {
  const options: unknown = 'options' in issue ? issue.options : undefined;
  if (issue.errors.length === 0) {
    const allowed = Array.isArray(options) ? `is none of ${options.join(', ')}` : issue.message;
    return [
      {
        path,
        message: found === undefined ? `is missing: ${allowed}` : `${shown(found)} ${allowed}`,
      },
    ];
  }
  const nested = issue.errors.map((errors) =>
    errors.flatMap((each) => explainIssue(each, root, path, keysAt)),
  );
  return nested.reduce((best, each) => (each.length < best.length ? each : best));
}

/** What is at a place of a parsed file; undefined where there is nothing. */
export function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return Object.hasOwn(value, part) ? (value as Record<string, unknown>)[part] : undefined;
  }, root);
}

/** What a rule of the schema says; of what has keys or entries, it says itself what it means. */
function told(found: unknown, message: string): string {
  return typeof found === 'object' && found !== null ? message : `${shown(found)}: ${message}`;
}

/**
 * A value as a message shows it. Secrets do not belong into a configuration, but length does not either;
 * a password within an address is not repeated into logs.
 */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  // JSON knows neither NaN nor infinity.
  if (typeof value === 'number') return String(value);
  const json = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const text = json.replace(/:\/\/[^\s/@"]*@/g, '://***@');
  const whole = typeof value === 'string' && /^\s*$|^\d/.test(text) ? JSON.stringify(text) : text;
  return whole.length > SHOWN ? `${whole.slice(0, SHOWN)}…` : whole;
}

function sized(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'string' ? `a text of ${value.length}` : shown(value);
}

function bound(word: string, limit: number | bigint, origin: string): string {
  const unit = origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '';
  return `${word} ${limit}${unit}`;
}

const ARTICLES: Readonly<Record<string, string>> = {
  array: 'a list',
  record: 'keys with values',
  object: 'keys with values',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function article(expected: string): string {
  return ARTICLES[expected] ?? expected;
}

/** Messages of the schema itself say what is allowed; zod's own begin with what is wrong. */
function withoutPrefix(message: string): string {
  return message.replace(/^Invalid (input|string): /, '');
}
