import { CfnAuthorizer, CfnRoute } from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import { servedRoutes } from '#contracts/route-sets.ts';
import { ROUTES } from '#contracts/routes.ts';
import type { RouteApi } from './route-api.ts';

export interface TokenRoutesProps {
  readonly api: RouteApi;
  readonly issuer: string;
  readonly audience: readonly string[];
}

/**
 * The routes of the set `jwt`, added to an API of another stack. Issuer and audience may depend on that API,
 * as a user pool's client does whose page has the API behind it: in the API's own stack they would go
 * round in a circle.
 */
export class TokenRoutes extends Construct {
  constructor(scope: Construct, id: string, props: TokenRoutesProps) {
    super(scope, id);
    const { apiId } = props.api.api;
    const authorizer = new CfnAuthorizer(this, 'Tokens', {
      apiId,
      name: 'DashboardTokens',
      authorizerType: 'JWT',
      identitySource: ['$request.header.Authorization'],
      jwtConfiguration: { issuer: props.issuer, audience: [...props.audience] },
    });
    for (const { routeKey, route } of servedRoutes(ROUTES, ['jwt'])) {
      new CfnRoute(this, routeKey.replaceAll('/', '.'), {
        apiId,
        routeKey,
        target: `integrations/${props.api.integrationIdOf(route.function)}`,
        authorizationType: 'JWT',
        authorizerId: authorizer.ref,
      });
    }
  }
}
