import { type DeployedFunction, list, type Synthesised } from './synthesise.ts';

/** What a role allows: an action on a resource, written as `Synthesised.resolve` does. */
export interface Grant {
  readonly action: string;
  readonly resource: string;
}

/** Everything that the role of a function allows. */
export function grantsOf(helios: Synthesised, fn: DeployedFunction): readonly Grant[] {
  const roleId = fn.resource.Properties.Role['Fn::GetAtt'][0];
  return helios
    .ofType(fn.stack, 'AWS::IAM::Policy')
    .filter(([, { Properties }]) =>
      Properties.Roles.some((role: { Ref?: string }) => role.Ref === roleId),
    )
    .flatMap(([, { Properties }]) => list(Properties.PolicyDocument.Statement))
    .flatMap((statement) => {
      const { Action, Resource } = Object(statement);
      return list(helios.resolve(fn.stack, Resource)).flatMap((resource) =>
        list(Action).map((action) => ({ action: String(action), resource: String(resource) })),
      );
    });
}

/** Whether a grant, as the template names resources, allows a call, as the samples' names do. */
export function covers(grant: Grant, action: string, resource: string): boolean {
  if (grant.action !== action) return false;
  const prefix = /Objects\/Bucket\.Arn\/(\w+)\/\*$/.exec(grant.resource)?.[1];
  if (prefix !== undefined) return resource.startsWith(`objects/${prefix}/`);
  if (/Observations\/Table/.test(grant.resource)) return resource.startsWith('Observations-');
  if (/Catalog\/Table/.test(grant.resource)) return resource.startsWith('Catalog-');
  if (/CollectQueue/.test(grant.resource)) return resource.endsWith('/collect');
  if (/ScoreQueue/.test(grant.resource)) return resource.endsWith('/score');
  if (/StateMachine$/.test(grant.resource)) return resource.endsWith(':runs');
  return grant.resource === '*' || /scalable-target/.test(grant.resource);
}
