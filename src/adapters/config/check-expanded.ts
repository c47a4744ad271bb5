import type * as z from 'zod';
import { type KeysAt, keysOf } from './allowed-keys.ts';
import { scalarOf } from './expand-variables.ts';
import { explainIssue } from './explain-issue.ts';

type Path = readonly (string | number)[];

/** What a schema makes of an expanded part of a file, or everything that is wrong with it. */
export type Checked<T> =
  /** `input` is what the schema has accepted, before its defaults. */
  | { readonly ok: true; readonly value: T; readonly input: unknown }
  | {
      readonly ok: false;
      readonly problems: readonly { readonly path: Path; readonly message: string }[];
    };

/**
 * Checks values with variables filled in. A variable that stands alone becomes a number or a truth value
 * where the schema wants one. Messages quote `shown`, never the values themselves.
 *
 * @param keysAt - the keys to suggest; those of the schema unless given
 */
export function checkExpanded<S extends z.ZodType>(
  schema: S,
  value: unknown,
  shown: unknown,
  keysAt: KeysAt = keysOf(schema),
): Checked<z.output<S>> {
  const first = schema.safeParse(value);
  if (first.success) return { ok: true, value: first.data, input: value };
  const converted = structuredClone(value);
  for (const issue of first.error.issues) {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    const scalar = issue.code === 'invalid_type' ? scalarOf(value, shown, path) : undefined;
    if (scalar !== undefined) replaceAt(converted, path, scalar);
  }
  const second = schema.safeParse(converted);
  if (second.success) return { ok: true, value: second.data, input: converted };
  const problems = second.error.issues.flatMap((issue) => explainIssue(issue, shown, [], keysAt));
  return { ok: false, problems };
}

function replaceAt(root: unknown, path: Path, value: unknown): void {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((node, part) => (isObject(node) ? Reflect.get(node, part) : undefined), root);
  const last = path.at(-1);
  if (isObject(parent) && last !== undefined) Reflect.set(parent, last, value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
