import { settingFindings, surroundingFindings } from './function-rules.ts';
import { permissionFindings } from './permission-rules.ts';
import type { Template } from './template.ts';

/** What every function and every permission of Helios keeps, by the name of the rule. */
export const RULES = {
  'function-architecture': 'a function runs on arm64, or on x86_64 from an image',
  'function-runtime': 'a function runs on Node 22 or newer, or from an image',
  'function-timeout': 'a function states its timeout',
  'function-memory': 'a function states its memory',
  'function-logs': 'a function writes to a log group of its stack whose retention is set',
  'function-role': 'a function has a role of its stack that no other function has',
  'function-alarm': 'a function has an alarm on its errors, of its stack, that tells somebody',
  'function-failures':
    'what a function fails on is seen: by who waits for it, in the dead letters of its queue, or where OnFailure puts it',
  'no-wildcard-action': 'an Allow statement names its actions without *',
  'no-any-resource':
    'only the actions of ANY_RESOURCE in lib/checks/any-resource.ts are allowed on *, each with its reason',
  'no-managed-policy': 'a role has no managed policies: their statements are not ours to review',
} as const;
export type Rule = keyof typeof RULES;

/** A rule that is broken, and what was found instead. */
export type Finding = readonly [rule: Rule, found: unknown];

/** A rule that a resource breaks, and what was found instead. */
export interface Violation {
  readonly rule: Rule;
  readonly logicalId: string;
  readonly found: string;
}

/**
 * Every place where `template` breaks a rule of `RULES`.
 *
 * @param others - the templates of the other stacks: what invokes a function may be in one of them
 */
export function findViolations(
  template: Template,
  others: readonly Template[] = [],
): readonly Violation[] {
  return Object.entries(template.Resources).flatMap(([logicalId, resource]) =>
    [
      ...(resource.Type === 'AWS::Lambda::Function'
        ? [
            ...settingFindings(template, resource),
            ...surroundingFindings(template, logicalId, others),
          ]
        : []),
      ...permissionFindings(resource),
    ].map(([rule, found]) => ({ rule, logicalId, found: JSON.stringify(found) ?? 'nothing' })),
  );
}
