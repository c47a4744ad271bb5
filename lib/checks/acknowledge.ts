import { Stack, Validations } from 'aws-cdk-lib';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import type { IConstruct } from 'constructs';

/**
 * Accepts that what `scope` is allowed names `resource` with a `*`.
 *
 * cdk-nag calls such a finding by the resource as the template will hold it. Between stacks that is a
 * reference which CDK writes last of all, so the finding is named while the finished tree is validated.
 *
 * @param scope - the role, or a construct around it
 * @param reason - why the resource cannot be named without `*`
 */
export function acknowledgeWildcard(scope: IConstruct, resource: string, reason: string): void {
  scope.node.addValidation({
    validate: () => {
      const found = flattenCfnReference(Stack.of(scope).resolve(resource));
      Validations.of(scope).acknowledge({
        id: `AwsSolutions::AwsSolutions-IAM5[Resource::${found}]`,
        reason,
      });
      return [];
    },
  });
}
