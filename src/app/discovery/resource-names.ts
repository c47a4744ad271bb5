import type { ResourceKind } from '#contracts/config/discovery.ts';

/**
 * A resource's own name out of the dimensions of its metrics: `cluster/service`, a function's name, of
 * a load balancer the name without `app/` and id.
 *
 * @example
 * ```ts
 * resourceName('ecs-service', { ClusterName: 'prod', ServiceName: 'web' }); // => 'prod/web'
 * resourceName('application-load-balancer', { LoadBalancer: 'app/shop/50dc6c49' }); // => 'shop'
 * ```
 */
export function resourceName(
  kind: ResourceKind,
  dimensions: Readonly<Record<string, string>>,
): string {
  switch (kind) {
    case 'ecs-service':
      return `${dimensions.ClusterName}/${dimensions.ServiceName}`;
    case 'eks-service':
      return `${dimensions.ClusterName}/${dimensions.Namespace}/${dimensions.Service}`;
    case 'auto-scaling-group':
      return dimensions.AutoScalingGroupName ?? '';
    case 'lambda-function':
      return dimensions.FunctionName ?? '';
    case 'rds-instance':
      return dimensions.DBInstanceIdentifier ?? '';
    case 'application-load-balancer':
      return loadBalancerName(dimensions.LoadBalancer ?? '');
  }
}

/**
 * The same name out of a resource's ARN; of an EKS cluster, the cluster's.
 *
 * @example
 * ```ts
 * arnName('ecs-service', 'arn:aws:ecs:eu-west-1:123456789012:service/prod/web'); // => 'prod/web'
 * arnName('rds-instance', 'arn:aws:rds:eu-west-1:123456789012:db:orders'); // => 'orders'
 * arnName('application-load-balancer', 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c49'); // => 'shop'
 * ```
 */
export function arnName(kind: ResourceKind, arn: string): string {
  const resource = arn.split(':').slice(5).join(':');
  switch (kind) {
    case 'ecs-service':
    case 'eks-service':
      return resource.slice(resource.indexOf('/') + 1);
    case 'application-load-balancer':
      return loadBalancerName(resource.slice(resource.indexOf('/') + 1));
    case 'auto-scaling-group':
      return resource.slice(resource.lastIndexOf('/') + 1);
    case 'lambda-function':
    case 'rds-instance':
      return resource.slice(resource.indexOf(':') + 1);
  }
}

function loadBalancerName(dimension: string): string {
  return dimension.split('/')[1] ?? dimension;
}

/**
 * Whether a name is asked for: by one of the patterns that include, and by none that exclude. A `*` is
 * anything; a pattern is of the whole name, or of its last part (`web` of `prod/web`).
 *
 * @example
 * ```ts
 * const isWanted = nameMatcher({ include: ['shop-*'], exclude: ['*-canary'] });
 * isWanted('prod/shop-web'); // => true
 * isWanted('shop-web-canary'); // => false
 * ```
 */
export function nameMatcher(patterns: {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}): (name: string) => boolean {
  const [include, exclude] = [patterns.include.map(matcher), patterns.exclude.map(matcher)];
  return (name) => {
    const forms = [name, name.split('/').at(-1) ?? name];
    const matches = (all: readonly ((text: string) => boolean)[]) =>
      all.some((isMatch) => forms.some(isMatch));
    return matches(include) && !matches(exclude);
  };
}

/** By parts in order, without a regular expression: a pattern of many stars must not take for ever. */
function matcher(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  return (text) => {
    if (last === undefined) return text === first;
    if (!text.startsWith(first) || text.length < first.length + last.length) return false;
    let from = first.length;
    for (const part of rest) {
      const at = text.indexOf(part, from);
      if (at < 0) return false;
      from = at + part.length;
    }
    return text.endsWith(last) && text.length - last.length >= from;
  };
}
