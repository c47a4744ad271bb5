import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  LogGroupLogDestination,
  PayloadFormatVersion,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ApiFunction, Route } from '#contracts/routes.ts';
import type { ServiceFunction } from './service-function.ts';

export interface RouteApiProps {
  readonly routes: readonly Route[];
  readonly functions: Readonly<Record<ApiFunction, ServiceFunction>>;
}

/** No path, query or header: they may name workloads, and bodies never belong into a log. */
const ACCESS_LOG = {
  request_id: '$context.requestId',
  time: '$context.requestTimeEpoch',
  source_ip: '$context.identity.sourceIp',
  caller: '$context.identity.userArn',
  route: '$context.routeKey',
  status: '$context.status',
  response_bytes: '$context.responseLength',
  response_ms: '$context.responseLatency',
  integration_ms: '$context.integrationLatency',
  integration_error: '$context.integrationErrorMessage',
  error: '$context.error.message',
};

/**
 * An HTTP API made from the shared route table. Every route is signed (SigV4) unless its row says
 * `open`; what the table does not list is answered 404 by API Gateway.
 */
export class RouteApi extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: RouteApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      description: 'Helios: forecasts, models and observations',
      defaultAuthorizer: new HttpIamAuthorizer(),
      createDefaultStage: false,
    });
    const logGroup = new LogGroup(this, 'AccessLogs', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: 100, burstLimit: 200 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });

    const integrations = new Map<ApiFunction, HttpLambdaIntegration>();
    for (const route of props.routes) {
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
      this.api.addRoutes({
        path: route.path,
        methods: [route.method === 'GET' ? HttpMethod.GET : HttpMethod.POST],
        integration,
        ...(route.sets.includes('open') ? { authorizer: new HttpNoneAuthorizer() } : {}),
      });
    }
  }
}
