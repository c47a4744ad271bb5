import * as z from 'zod';

const ResourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});
const TemplateSchema = z.object({
  Resources: z.record(z.string(), ResourceSchema).default({}),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
});

/** A CloudFormation template, as far as the rules read it. */
export type Template = z.infer<typeof TemplateSchema>;
export type Resource = z.infer<typeof ResourceSchema>;

/** Reads a template's JSON text. */
export function parseTemplate(text: string): Template {
  return TemplateSchema.parse(JSON.parse(text));
}

/** The logical id of what `value` refers to by `Ref` or `Fn::GetAtt`; undefined when it is neither. */
export function referenceOf(value: unknown): string | undefined {
  const parsed = ReferenceSchema.safeParse(value);
  if (!parsed.success) return undefined;
  return 'Ref' in parsed.data ? parsed.data.Ref : parsed.data['Fn::GetAtt'][0];
}

const ReferenceSchema = z.union([
  z.object({ Ref: z.string() }),
  z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
]);

/**
 * The texts by which a value may name the resource `logicalId` of `template`: its logical id, and the
 * outputs by which other stacks know it.
 */
export function namesOf(template: Template, logicalId: string): ReadonlySet<string> {
  const outputs = Object.entries(template.Outputs)
    .filter(([, { Value }]) => referenceOf(Value) === logicalId)
    .map(([name]) => name);
  return new Set([logicalId, ...outputs]);
}

/** Whether one of `names` is referred to anywhere in `value`, from its own stack or from another. */
export function mentions(value: unknown, names: ReadonlySet<string>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const output = OutputSchema.safeParse(value);
  const name = output.success ? output.data['Fn::GetStackOutput'].OutputName : referenceOf(value);
  if (name !== undefined && names.has(name)) return true;
  return Object.values(value).some((inner) => mentions(inner, names));
}

const OutputSchema = z.object({ 'Fn::GetStackOutput': z.object({ OutputName: z.string() }) });
