import * as z from 'zod';
import { ANY_RESOURCE } from './any-resource.ts';
import type { Finding } from './rules.ts';
import type { Resource } from './template.ts';

const StatementSchema = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: z.union([z.string(), z.array(z.string())]).default([]),
  NotAction: z.unknown().optional(),
  Resource: z.unknown().optional(),
  NotResource: z.unknown().optional(),
  Principal: z.unknown().optional(),
});
type Statement = z.infer<typeof StatementSchema>;

/** What a resource breaks by the permissions inside it. */
export function permissionFindings(resource: Resource): Finding[] {
  const { Type, Properties } = resource;
  const allowing = statementsIn(Properties).filter(({ Effect }) => Effect === 'Allow');
  const findings: Finding[] = allowing
    .filter((statement) => !(Type === 'AWS::KMS::Key' && isDelegation(statement)))
    .filter(({ Action, NotAction }) => NotAction !== undefined || [Action].flat().some(hasWildcard))
    .map((statement) => ['no-wildcard-action', statement.NotAction ?? statement.Action]);
  // A policy of a resource is about that resource, whatever it says.
  if (Type.startsWith('AWS::IAM::')) {
    const found = allowing.filter(isAnyResource).flatMap(({ Action }) => [Action].flat());
    const unknown = found.filter((action) => !Object.hasOwn(ANY_RESOURCE, action));
    if (unknown.length > 0) findings.push(['no-any-resource', unknown]);
  }
  const managed = Properties.ManagedPolicyArns;
  if (Type === 'AWS::IAM::Role' && Array.isArray(managed) && managed.length > 0) {
    findings.push(['no-managed-policy', managed]);
  }
  return findings;
}

function isAnyResource({ Resource, NotResource }: Statement): boolean {
  return NotResource !== undefined || [Resource].flat().includes('*');
}

function hasWildcard(action: string): boolean {
  return action.includes('*');
}

/**
 * A key that gives everything to the account it is in gives nothing to anybody by that: it lets the
 * account's IAM policies decide, without which nobody could ever change the key again.
 */
function isDelegation({ Action, Principal }: Statement): boolean {
  const text = JSON.stringify(Principal) ?? '';
  const isOwnAccount = text.includes('"AWS::AccountId"') && text.includes('":root"');
  return Action === 'kms:*' && isOwnAccount;
}

/** The statements of all policy documents inside `value`: of roles, queues, topics, buckets alike. */
function statementsIn(value: unknown): Statement[] {
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
