import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CfnStage,
  HttpApi,
  HttpIntegration,
  HttpMethod,
  type HttpRoute,
  HttpStage,
  LogGroupLogDestination,
  PayloadFormatVersion,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { AuthenticationConfig, Throttle } from '#contracts/config/authentication.ts';
import { servedRoutes } from '#contracts/route-sets.ts';
import type { ApiFunction, Route } from '#contracts/routes.ts';
import { corsOf, setGuards } from './authorizers.ts';
import type { ServiceFunction } from './service-function.ts';
import { storageSettingsOf } from './storage-settings.ts';

export interface RouteApiProps {
  readonly routes: readonly Route[];
  readonly functions: Readonly<Record<ApiFunction, ServiceFunction>>;
  readonly authentication: AuthenticationConfig;
  /** Decides on keys; given exactly where they are enabled. */
  readonly authorize?: ServiceFunction | undefined;
}

/** No path, query or header: they may name workloads, and bodies never belong into a log. */
const ACCESS_LOG = {
  request_id: '$context.requestId',
  time: '$context.requestTimeEpoch',
  source_ip: '$context.identity.sourceIp',
  caller: '$context.identity.userArn',
  token_subject: '$context.authorizer.claims.sub',
  key_id: '$context.authorizer.keyId',
  authorizer_error: '$context.authorizer.error',
  route: '$context.routeKey',
  status: '$context.status',
  response_bytes: '$context.responseLength',
  response_ms: '$context.responseLatency',
  integration_ms: '$context.integrationLatency',
  integration_error: '$context.integrationErrorMessage',
  error: '$context.error.message',
};

/**
 * An HTTP API made from the shared route table: every row once in each of its sets that is deployed.
 * What the table does not list is answered 404 by API Gateway.
 */
export class RouteApi extends Construct {
  readonly api: HttpApi;
  readonly #integrationIds = new Map<ApiFunction, string>();

  constructor(scope: Construct, id: string, props: RouteApiProps) {
    super(scope, id);
    const { authentication, authorize } = props;
    const guards = setGuards(authentication, authorize, authentication.keys.throttle);
    const cors = corsOf(authentication, props.routes);
    this.api = new HttpApi(this, 'Api', {
      description: 'Helios: forecasts, models and observations',
      // Each route says how it is guarded; one that forgot to would be signed.
      defaultAuthorizer: new HttpIamAuthorizer(),
      createDefaultStage: false,
      ...(cors === undefined ? {} : { corsPreflight: cors }),
    });
    const { config: storage, key } = storageSettingsOf(this);
    const logGroup = new LogGroup(this, 'AccessLogs', {
      retention: storage.access_logs_days,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(key && { encryptionKey: key }),
    });
    const { requests_per_second, burst } = authentication.throttle;
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: requests_per_second, burstLimit: burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });

    const integrations = new Map<ApiFunction, HttpLambdaIntegration>();
    const throttled = new Map<string, Throttle>();
    for (const { set, path, routeKey, route } of servedRoutes(props.routes, [...guards.keys()])) {
      const integration =
        integrations.get(route.function) ??
        new HttpLambdaIntegration(route.function, props.functions[route.function].function, {
          payloadFormatVersion: PayloadFormatVersion.VERSION_2_0,
          timeout: Duration.seconds(29),
          // One permission for each function and this API: one for each route would fill up the
          // 20 kB that a function's policy may hold.
          scopePermissionToRoute: false,
        });
      integrations.set(route.function, integration);
      const guard = guards.get(set);
      if (!guard) throw new RangeError(`the set ${set} has no guard`);
      const added = this.api.addRoutes({
        path,
        methods: [HttpMethod[route.method]],
        integration,
        authorizer: guard.authorizer,
        authorizationScopes: [...(guard.scopesOf?.(route) ?? [])],
      });
      this.#remember(route.function, added);
      if (set === 'open') added.forEach(acknowledgeOpen);
      if (guard.throttle) {
        throttled.set(routeKey, guard.throttle);
        // API Gateway refuses settings of a route that it does not have yet.
        stage.node.addDependency(...added);
      }
    }
    if (throttled.size > 0) addRouteThrottles(stage, throttled);
  }

  /** The integration of a function, for routes that another stack adds. */
  integrationIdOf(name: ApiFunction): string {
    const id = this.#integrationIds.get(name);
    if (id === undefined) throw new RangeError(`no route of the API is answered by ${name}`);
    return id;
  }

  /** CDK makes an integration under the first route that uses it. */
  #remember(name: ApiFunction, routes: readonly HttpRoute[]): void {
    for (const child of routes.flatMap(({ node }) => node.children)) {
      if (child instanceof HttpIntegration) this.#integrationIds.set(name, child.integrationId);
    }
  }
}

/** The rows of the set `open` are read without a signature: on this route alone the finding is expected. */
function acknowledgeOpen(route: HttpRoute): void {
  Validations.of(route).acknowledge({
    id: 'AwsSolutions::AwsSolutions-APIG4',
    reason:
      'open on purpose: liveness for load balancers, the OpenAPI document and the page that signs in; it tells nothing of any workload',
  });
}

/** Limits of single routes, which the stage of CDK has no property for. */
function addRouteThrottles(stage: HttpStage, throttled: ReadonlyMap<string, Throttle>): void {
  const resource = stage.node.defaultChild;
  if (!(resource instanceof CfnStage)) throw new TypeError('a stage is a CfnStage');
  resource.routeSettings = Object.fromEntries(
    [...throttled].map(([routeKey, { requests_per_second, burst }]) => [
      routeKey,
      { ThrottlingRateLimit: requests_per_second, ThrottlingBurstLimit: burst },
    ]),
  );
}
