/**
 * The actions that are allowed on every resource, and why no statement could name one. An action that is
 * not listed here may not be allowed on `*`: the house rule `no-any-resource` reads this list, and
 * cdk-nag's finding is acknowledged with its reasons.
 */
export const ANY_RESOURCE: Readonly<Record<string, string>> = {
  'cloudwatch:GetMetricData': 'CloudWatch has no resource-level permissions for reading metrics',
  'cloudwatch:ListMetrics': 'CloudWatch has no resource-level permissions for listing metrics',
  'tag:GetResources':
    'the tagging API knows no resources: what is found is filtered by its request',
  'application-autoscaling:DescribeScalableTargets':
    'Application Auto Scaling has no resource-level permissions for describing targets',
  'application-autoscaling:DescribeScheduledActions':
    'Application Auto Scaling has no resource-level permissions for describing scheduled actions',
};

/** Why `actions` are allowed on `*`, in one sentence; undefined when one of them may not be. */
export function reasonForAnyResource(actions: readonly string[]): string | undefined {
  const reasons = actions.map((action) => ANY_RESOURCE[action]);
  if (reasons.length === 0 || reasons.some((reason) => reason === undefined)) return undefined;
  return [...new Set(reasons)].join('; ');
}
