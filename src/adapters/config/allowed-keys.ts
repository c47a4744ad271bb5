import type * as z from 'zod';
import { configJsonSchema, type SchemaNode, schemaNode } from '#contracts/config/json-schema.ts';

type Path = readonly (string | number)[];

/**
 * The keys that a file may have at a place; of several forms, those whose fixed values (such as
 * `unit: ec2`) are those of `value`.
 */
export type KeysAt = (path: Path, value: unknown) => readonly string[];

let configuration: SchemaNode | undefined;

/** The keys of `helios.config.yaml`. */
export const allowedKeys: KeysAt = (path, value) => {
  configuration ??= configJsonSchema();
  return keysAt(configuration, path, value);
};

/** The keys that another schema allows. */
export function keysOf(schema: z.ZodType): KeysAt {
  const root = schemaNode(schema);
  return (path, value) => keysAt(root, path, value);
}

function keysAt(root: SchemaNode, path: Path, value: unknown): readonly string[] {
  const found = path.reduce<readonly SchemaNode[]>(
    (nodes, part) => nodes.flatMap(formsOf).flatMap((node) => childOf(node, part)),
    [root],
  );
  const forms = found.flatMap(formsOf).filter((form) => isMeant(form, value));
  return [...new Set(forms.flatMap(({ properties = {} }) => Object.keys(properties)))];
}

/** The forms that a value may have: one, where there is no choice. */
export function formsOf(node: SchemaNode): readonly SchemaNode[] {
  return node.anyOf ?? node.oneOf ?? [node];
}

function childOf(
  { properties, items, additionalProperties }: SchemaNode,
  part: string | number,
): SchemaNode[] {
  if (typeof part === 'number') return items ? [items] : [];
  const own = properties && Object.hasOwn(properties, part) ? properties[part] : undefined;
  if (own) return [own];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}

function isMeant({ properties = {} }: SchemaNode, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, each]) => {
    const fixed = Object.hasOwn(properties, key) ? properties[key]?.const : undefined;
    return fixed === undefined || fixed === each;
  });
}
