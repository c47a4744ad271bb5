import { describe, expect, it } from '@jest/globals';
import type * as z from 'zod';
import { AuthenticationConfigSchema } from '#contracts/config/authentication.ts';
import { AuthorizeEnvSchema } from '#contracts/env.ts';
import { servedRoutes } from '#contracts/route-sets.ts';
import { ROUTES } from '#contracts/routes.ts';
import { list, synthesise } from './synthesise.ts';

const AUTHENTICATION = {
  throttle: { requests_per_second: 50, burst: 80 },
  keys: { enabled: true, throttle: { requests_per_second: 20, burst: 40 } },
  jwt: {
    issuer: 'https://auth.example.com/pool',
    audience: ['helios'],
    scopes: { read: ['helios/read'], change: ['helios/change'] },
    cors_origins: ['https://ops.example.com'],
  },
} satisfies z.input<typeof AuthenticationConfigSchema>;
const helios = synthesise({ authentication: AUTHENTICATION });
const plain = synthesise();

const GUARDED_BY = { open: 'NONE', iam: 'AWS_IAM', jwt: 'JWT', key: 'CUSTOM' } as const;

function routesOf({ ofType, resolve }: typeof helios) {
  return ofType('HeliosApi', 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => ({
    routeKey: Properties.RouteKey,
    type: Properties.AuthorizationType,
    authorizer: resolve('HeliosApi', Properties.AuthorizerId),
    scopes: list(Properties.AuthorizationScopes),
    function: resolve(
      'HeliosApi',
      helios
        .ofType('HeliosApi', 'AWS::ApiGatewayV2::Integration')
        .find(([id]) => id === Properties.Target['Fn::Join'][1][1].Ref)?.[1].Properties
        .IntegrationUri,
    ),
  }));
}

function authorizers({ ofType, resolve }: typeof helios) {
  return ofType('HeliosApi', 'AWS::ApiGatewayV2::Authorizer').map(([, { Properties }]) =>
    Object(resolve('HeliosApi', Properties)),
  );
}

describe('every route', () => {
  const deployed = new Map(routesOf(helios).map((route) => [route.routeKey, route]));
  const served = servedRoutes(ROUTES, ['open', 'iam', 'jwt', 'key']);

  it('is there once in each of its sets, and in no other', () => {
    expect([...deployed.keys()].sort()).toEqual(served.map(({ routeKey }) => routeKey).sort());
    expect(deployed.size).toBe(routesOf(helios).length);
    // More than this an API may not have.
    expect(deployed.size).toBeLessThanOrEqual(300);
  });

  it.each(served)('$routeKey is guarded as its set is, before the same function', (one) => {
    const route = deployed.get(one.routeKey);
    expect(route?.type).toBe(GUARDED_BY[one.set]);
    expect(route?.function).toBe(`${helios.functions.get(one.route.function)?.path}/Function.Arn`);
    const own = { jwt: 'HeliosApi/Api/Api/Tokens', key: 'HeliosApi/Api/Api/Keys' };
    expect(route?.authorizer).toBe(Object(own)[one.set]);
  });

  it('asks tokens for a scope by what it does', () => {
    const scopes = (routeKey: string) => deployed.get(routeKey)?.scopes;
    expect(scopes('GET /app/api/v1/workloads')).toEqual(['helios/read']);
    expect(scopes('POST /app/api/v1/predict')).toEqual(['helios/read']);
    expect(scopes('POST /app/api/v1/train')).toEqual(['helios/change']);
    expect(scopes('POST /app/api/v1/models/{id}/promote')).toEqual(['helios/change']);
    const asked = [...deployed.values()].filter((route) => route.scopes.length > 0);
    expect(asked.every(({ type }) => type === 'JWT')).toBe(true);
  });

  it('is one that callers sign where nothing else is configured', () => {
    const routes = routesOf(plain);
    expect(new Set(routes.map(({ type }) => type))).toEqual(new Set(['NONE', 'AWS_IAM']));
    expect(authorizers(plain)).toEqual([]);
    expect(plain.functions.has('authorize')).toBe(false);
    const [[, api] = fail()] = plain.ofType('HeliosApi', 'AWS::ApiGatewayV2::Api');
    expect(api.Properties.CorsConfiguration).toBeUndefined();
    const [[, stage] = fail()] = plain.ofType('HeliosApi', 'AWS::ApiGatewayV2::Stage');
    expect(stage.Properties.RouteSettings).toBeUndefined();
  });
});

describe('the key authorizer', () => {
  const keys = authorizers(helios).find(({ AuthorizerType }) => AuthorizerType === 'REQUEST');

  it('is kept by key and by route for a minute, so that neither is let in for another', () => {
    expect(keys).toMatchObject({
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: 60,
      IdentitySource: ['$request.header.Authorization', '$context.routeKey'],
    });
    expect(JSON.stringify(keys)).toContain('HeliosApi/Authorize/Function.Arn');
  });

  it('may read one item at a time of the catalog, and write its log', () => {
    const fn = helios.functions.get('authorize') ?? fail();
    const role = fn.resource.Properties.Role['Fn::GetAtt'][0];
    const statements = helios
      .ofType('HeliosApi', 'AWS::IAM::Policy')
      .filter(([, { Properties }]) => Properties.Roles[0].Ref === role)
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
    expect(statements.map(({ Action }) => list(Action))).toEqual([
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      ['dynamodb:GetItem'],
    ]);
    expect(helios.resolve('HeliosApi', statements[1].Resource)).toBe(
      'HeliosData/Catalog/Table.Arn',
    );
    const variables = helios.resolve('HeliosApi', fn.resource.Properties.Environment.Variables);
    expect(AuthorizeEnvSchema.safeParse(variables).success).toBe(true);
    expect(Object.keys(Object(variables))).toEqual(['CATALOG_TABLE_NAME']);
  });

  it('is invoked by API Gateway for itself alone', () => {
    const permissions = helios
      .ofType('HeliosApi', 'AWS::Lambda::Permission')
      .map(([, { Properties }]) => Object(helios.resolve('HeliosApi', Properties)))
      .filter(({ FunctionName }) => FunctionName.startsWith('HeliosApi/Authorize/'));
    expect(permissions).toHaveLength(1);
    expect(permissions[0].Principal).toBe('apigateway.amazonaws.com');
    expect(permissions[0].SourceArn).toMatch(
      /HeliosApi\/Api\/Api\/authorizers\/HeliosApi\/Api\/Api\/Keys$/,
    );
  });
});

describe('tokens', () => {
  it('are checked by API Gateway itself', () => {
    expect(authorizers(helios)).toContainEqual(
      expect.objectContaining({
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Audience: ['helios'], Issuer: 'https://auth.example.com/pool' },
      }),
    );
  });

  it('may be sent by the pages that are named, by no others', () => {
    const [[, api] = fail()] = helios.ofType('HeliosApi', 'AWS::ApiGatewayV2::Api');
    expect(api.Properties.CorsConfiguration).toMatchObject({
      AllowCredentials: false,
      AllowHeaders: ['authorization', 'content-type', 'if-none-match'],
      ExposeHeaders: ['etag'],
      AllowMethods: ['GET', 'POST'],
      AllowOrigins: ['https://ops.example.com'],
    });
  });
});

describe('the stage', () => {
  const [[, stage] = fail()] = helios.ofType('HeliosApi', 'AWS::ApiGatewayV2::Stage');

  it('limits every route, those of keys by their own figures', () => {
    expect(stage.Properties.DefaultRouteSettings).toMatchObject({
      ThrottlingRateLimit: 50,
      ThrottlingBurstLimit: 80,
    });
    const own = { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 };
    expect(stage.Properties.RouteSettings).toEqual({
      'POST /key/agents/v1/heartbeat': own,
      'POST /key/api/v1/ingest': own,
      'GET /key/metrics': own,
      'GET /key/scalers/keda/{workload}': own,
    });
  });

  it('is made after the routes that it limits: API Gateway refuses others', () => {
    const needed = list(stage.DependsOn).map((id) => helios.resources('HeliosApi')[String(id)]);
    const keys = needed.map((resource) => resource?.Properties.RouteKey);
    expect(keys).toEqual(expect.arrayContaining(Object.keys(stage.Properties.RouteSettings)));
  });

  it('logs who called and never what proves it', () => {
    const format = JSON.parse(stage.Properties.AccessLogSettings.Format);
    expect(format).toMatchObject({
      request_id: '$context.requestId',
      caller: '$context.identity.userArn',
      token_subject: '$context.authorizer.claims.sub',
      key_id: '$context.authorizer.keyId',
    });
    expect(JSON.stringify(format)).not.toMatch(/header|querystring|\$context\.path|apiKey/i);
  });
});

describe('the configuration', () => {
  it.each([
    [{ jwt: { issuer: 'http://auth.example.com', audience: ['a'] } }, 'jwt.issuer'],
    [{ jwt: { issuer: 'https://a.example/?tenant=1', audience: ['a'] } }, 'jwt.issuer'],
    [{ jwt: { issuer: 'https://a.example', audience: [] } }, 'jwt.audience'],
    [{ jwt: { ...AUTHENTICATION.jwt, cors_origins: ['*'] } }, 'jwt.cors_origins.0'],
    [
      { jwt: { ...AUTHENTICATION.jwt, cors_origins: ['https://a.example/'] } },
      'jwt.cors_origins.0',
    ],
    [{ jwt: { ...AUTHENTICATION.jwt, cors_origins: ['http://a.example'] } }, 'jwt.cors_origins.0'],
    [{ throttle: { requests_per_second: 0 } }, 'throttle.requests_per_second'],
    [{ keys: { enable: true } }, 'keys'],
  ])('%j is refused at %s', (config, path) => {
    const [issue] = AuthenticationConfigSchema.safeParse(config).error?.issues ?? [];
    expect(issue?.path.join('.')).toBe(path);
  });
});

function fail(): never {
  throw new Error('the template lacks the resource');
}
