import * as z from 'zod';

/** What every function and every permission of Helios keeps, by the name of the rule. */
export const RULES = {
  'function-architecture': 'a function runs on arm64',
  'function-runtime': 'a function runs on Node 22 or newer, or from an image',
  'function-timeout': 'a function states its timeout',
  'function-memory': 'a function states its memory',
  'function-logs': 'a function writes to a log group of its stack whose retention is set',
  'no-wildcard-action': 'an Allow statement names its actions without *',
  'no-managed-policy': 'a role has no managed policies: their statements are not ours to review',
} as const;
export type Rule = keyof typeof RULES;

/** A rule that a resource breaks, and what was found instead. */
export interface Violation {
  readonly rule: Rule;
  readonly logicalId: string;
  readonly found: string;
}

const ResourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
});
const TemplateSchema = z.object({ Resources: z.record(z.string(), ResourceSchema).default({}) });
const StatementSchema = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: z.union([z.string(), z.array(z.string())]).default([]),
  NotAction: z.unknown().optional(),
});
const LogGroupReferenceSchema = z.object({ LogGroup: z.object({ Ref: z.string() }) });

/** A CloudFormation template, as far as the rules read it. */
export type Template = z.infer<typeof TemplateSchema>;
type Resource = z.infer<typeof ResourceSchema>;

/** Reads a template's JSON text. */
export function parseTemplate(text: string): Template {
  return TemplateSchema.parse(JSON.parse(text));
}

/** Every place where `template` breaks a rule of `RULES`. */
export function findViolations(template: Template): readonly Violation[] {
  return Object.entries(template.Resources).flatMap(([logicalId, resource]) =>
    [
      ...(resource.Type === 'AWS::Lambda::Function' ? functionFindings(template, resource) : []),
      ...permissionFindings(resource),
    ].map(([rule, found]) => ({ rule, logicalId, found: JSON.stringify(found) ?? 'nothing' })),
  );
}

type Finding = readonly [rule: Rule, found: unknown];

function functionFindings(template: Template, { Properties: props }: Resource): Finding[] {
  const findings: Finding[] = [];
  if (JSON.stringify(props.Architectures) !== '["arm64"]') {
    findings.push(['function-architecture', props.Architectures]);
  }
  const nodeVersion = Number(/^nodejs(\d+)\.x$/.exec(String(props.Runtime))?.[1]);
  if (props.PackageType !== 'Image' && !(nodeVersion >= 22)) {
    findings.push(['function-runtime', props.Runtime]);
  }
  if (typeof props.Timeout !== 'number') findings.push(['function-timeout', props.Timeout]);
  if (typeof props.MemorySize !== 'number') findings.push(['function-memory', props.MemorySize]);

  const reference = LogGroupReferenceSchema.safeParse(props.LoggingConfig);
  const logGroup = reference.success
    ? template.Resources[reference.data.LogGroup.Ref]?.Properties
    : undefined;
  if (typeof logGroup?.RetentionInDays !== 'number') {
    findings.push(['function-logs', logGroup ?? props.LoggingConfig]);
  }
  return findings;
}

function permissionFindings({ Type, Properties }: Resource): Finding[] {
  const findings: Finding[] = statementsIn(Properties)
    .filter(({ Effect }) => Effect === 'Allow')
    .filter(({ Action, NotAction }) => NotAction !== undefined || [Action].flat().some(hasWildcard))
    .map((statement) => ['no-wildcard-action', statement.NotAction ?? statement.Action]);
  const managed = Properties.ManagedPolicyArns;
  if (Type === 'AWS::IAM::Role' && Array.isArray(managed) && managed.length > 0) {
    findings.push(['no-managed-policy', managed]);
  }
  return findings;
}

function hasWildcard(action: string): boolean {
  return action.includes('*');
}

/** The statements of all policy documents inside `value`: of roles, queues, topics, buckets alike. */
function statementsIn(value: unknown): z.infer<typeof StatementSchema>[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key !== 'Statement') return statementsIn(inner);
    // WAF rules have a `Statement` too, without an effect.
    return [inner]
      .flat()
      .filter((statement) => typeof statement === 'object' && 'Effect' in (statement ?? {}))
      .map((statement) => StatementSchema.parse(statement));
  });
}
