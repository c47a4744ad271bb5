import * as z from 'zod';
import { HeliosConfigSchema } from './helios-config.ts';
import { keyDescription } from './key-descriptions.ts';

/** Where the published schema is found, for editors. */
export const CONFIG_SCHEMA_FILE = 'docs/reference/helios.config.schema.json';

/** A part of a JSON Schema, as far as a configuration needs it. */
export interface SchemaNode {
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly type?: string | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly const?: unknown;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly properties?: Readonly<Record<string, SchemaNode>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: SchemaNode | undefined;
  readonly additionalProperties?: SchemaNode | boolean | undefined;
  readonly anyOf?: readonly SchemaNode[] | undefined;
  readonly oneOf?: readonly SchemaNode[] | undefined;
}

const NodeSchema: z.ZodType<SchemaNode> = z.looseObject({
  description: z.string().optional(),
  default: z.unknown().optional(),
  type: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  required: z.array(z.string()).optional(),
  get properties() {
    return z.record(z.string(), NodeSchema).optional();
  },
  get items() {
    return NodeSchema.optional();
  },
  get additionalProperties() {
    return z.union([z.boolean(), NodeSchema]).optional();
  },
  get anyOf() {
    return z.array(NodeSchema).optional();
  },
  get oneOf() {
    return z.array(NodeSchema).optional();
  },
});

/** Any schema as a JSON Schema of what it reads; what has no such form is left open. */
export function schemaNode(schema: z.ZodType): SchemaNode {
  return NodeSchema.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
}

/** `helios.config.yaml` as a JSON Schema (2020-12). What a schema cannot say, `helios config check` does. */
export function configJsonSchema(): SchemaNode {
  const schema = NodeSchema.parse(z.toJSONSchema(HeliosConfigSchema, { io: 'input' }));
  return described({ ...schema, title: 'helios.config.yaml' } as SchemaNode, '');
}

/** Says of each key what it means, where the schema does not. */
function described(node: SchemaNode, path: string): SchemaNode {
  const { properties, items, additionalProperties, anyOf, oneOf } = node;
  const inner = (child: SchemaNode, key: string): SchemaNode => {
    const at = path === '' ? key : `${path}.${key}`;
    const description = child.description ?? keyDescription(at);
    return described(description === undefined ? child : { description, ...child }, at);
  };
  return {
    ...node,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, child]) => [key, inner(child, key)]),
      ),
    }),
    ...(items && { items: described(items, `${path}[]`) }),
    ...(typeof additionalProperties === 'object' && {
      additionalProperties: described(additionalProperties, `${path}.*`),
    }),
    ...(anyOf && { anyOf: anyOf.map((each) => described(each, path)) }),
    ...(oneOf && { oneOf: oneOf.map((each) => described(each, path)) }),
  };
}
