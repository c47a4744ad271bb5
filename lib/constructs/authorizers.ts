import { Duration } from 'aws-cdk-lib';
import {
  CorsHttpMethod,
  type CorsPreflightOptions,
  HttpNoneAuthorizer,
  type IHttpRouteAuthorizer,
} from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpIamAuthorizer,
  HttpJwtAuthorizer,
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import {
  AUTHORIZER_CACHE_SECONDS,
  type AuthenticationConfig,
  type Throttle,
} from '#contracts/config/authentication.ts';
import { isChange } from '#contracts/route-sets.ts';
import type { AuthSet, Route } from '#contracts/routes.ts';
import type { ServiceFunction } from './service-function.ts';

/** How the routes of one set are guarded. */
export interface SetGuard {
  readonly authorizer: IHttpRouteAuthorizer;
  /** What a token needs one of, by route. */
  readonly scopesOf?: (route: Route) => readonly string[];
  /** Where it differs from that of the whole API. */
  readonly throttle?: Throttle | undefined;
}

/**
 * The sets that are deployed, each with its guard: callers who sign always; tokens where an issuer is
 * configured; keys where they are enabled.
 *
 * @param authorize - the key authorizer, there exactly where keys are enabled
 */
export function setGuards(
  { jwt }: AuthenticationConfig,
  authorize: ServiceFunction | undefined,
  keyThrottle: Throttle | undefined,
): ReadonlyMap<AuthSet, SetGuard> {
  const guards = new Map<AuthSet, SetGuard>([
    ['open', { authorizer: new HttpNoneAuthorizer() }],
    ['iam', { authorizer: new HttpIamAuthorizer() }],
  ]);
  if (jwt) {
    guards.set('jwt', {
      authorizer: new HttpJwtAuthorizer('Tokens', jwt.issuer, { jwtAudience: jwt.audience }),
      scopesOf: (route) => (isChange(route) ? jwt.scopes.change : jwt.scopes.read),
      throttle: jwt.throttle,
    });
  }
  if (authorize) {
    guards.set('key', { authorizer: keyAuthorizer(authorize), throttle: keyThrottle });
  }
  return guards;
}

function keyAuthorizer(authorize: ServiceFunction): IHttpRouteAuthorizer {
  return new HttpLambdaAuthorizer('Keys', authorize.function, {
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    // An answer is kept by these. Without the route, a key let in at one would be let in at all.
    identitySource: ['$request.header.Authorization', '$context.routeKey'],
    resultsCacheTtl: Duration.seconds(AUTHORIZER_CACHE_SECONDS),
  });
}

/** What browsers are told: nothing, unless pages are configured. */
export function corsOf(
  { jwt }: AuthenticationConfig,
  routes: readonly Route[],
): CorsPreflightOptions | undefined {
  if (!jwt || jwt.cors_origins.length === 0) return undefined;
  return {
    allowOrigins: jwt.cors_origins,
    allowMethods: methodsOf(routes.filter(({ sets }) => sets.includes('jwt'))),
    allowHeaders: ['authorization', 'content-type', 'if-none-match'],
    exposeHeaders: ['etag'],
    // A token is sent by the page, never by the browser of its own accord.
    allowCredentials: false,
    maxAge: Duration.hours(1),
  };
}

function methodsOf(routes: readonly Route[]): CorsHttpMethod[] {
  return [...new Set(routes.map(({ method }) => CorsHttpMethod[method]))].sort();
}
