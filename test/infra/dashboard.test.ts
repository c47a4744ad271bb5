import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Validations } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { contentSecurityPolicy, RuntimeConfigSchema } from '#contracts/dashboard-page.ts';
import { servedRoutes } from '#contracts/route-sets.ts';
import { ROUTES } from '#contracts/routes.ts';
import { findViolations } from '#lib/checks/rules.ts';
import { parseTemplate } from '#lib/checks/template.ts';
import { requirePage } from '#lib/stacks/dashboard-stack.ts';
import { list, type Synthesised, synthesise } from './synthesise.ts';

const STACK = 'HeliosDashboard';
const DOMAIN = {
  name: 'helios.example.com',
  certificate_arn:
    'arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef',
};
const ISSUER = 'https://auth.example.com/realms/ops';
const JWT = { issuer: ISSUER, audience: ['helios'] };
const pool = synthesise({ dashboard: { enabled: true } });
const own = synthesise({
  authentication: { jwt: JWT },
  dashboard: {
    enabled: true,
    domain: DOMAIN,
    price_class: 'all',
    oidc: { client_id: 'page', token: 'id', origins: ['https://token.example.com'] },
  },
});
const DISTRIBUTION = `https://${STACK}/Page/Distribution.DomainName/`;

function only({ ofType }: Synthesised, type: string, stack = STACK) {
  const found = ofType(stack, type);
  expect(found).toHaveLength(1);
  return found[0]?.[1].Properties;
}

/** The settings that the page will be given, with references written out. */
function settingsOf(each: Synthesised): unknown {
  const text = each.resolve(STACK, only(each, 'Custom::HeliosPage').Settings);
  return JSON.parse(String(text));
}

describe('the dashboard', () => {
  it('that was not built is not deployed, and says how to build it', () => {
    const page = mkdtempSync(join(tmpdir(), 'helios-page-'));
    expect(() => requirePage(page)).toThrow(/not built.*npm run build/);
    rmSync(page, { recursive: true });
  });

  it('stands after the API, which knows nothing of it', () => {
    expect(pool.dependenciesOf(STACK)).toEqual(['HeliosApi', 'HeliosData']);
    expect(pool.dependenciesOf('HeliosApi')).not.toContain(STACK);
  });

  it.each([
    ['with a pool', pool],
    ['with an issuer', own],
  ])('%s keeps the house rules', (_, each) => {
    const templates = each.stackNames.map((name) =>
      parseTemplate(JSON.stringify(each.template(name).toJSON())),
    );
    const at = each.stackNames.indexOf(STACK);
    const template = templates[at];
    expect(template && findViolations(template, templates)).toEqual([]);
  });

  it.each([
    ['with a pool', pool],
    ['with an issuer', own],
  ])(
    '%s has no finding of cdk-nag that is not accepted, and none accepted without need',
    (_, each) => {
      const found = new AwsSolutionsChecks(each.app)
        .validateScope(each.app)
        .violations.flatMap(({ ruleName, violatingResources }) =>
          violatingResources.map(({ constructPath = '' }) => `${ruleName} ${constructPath}`),
        )
        .filter((line) => line.includes(` ${STACK}/`));
      const accepted = each.app.node.findAll().flatMap(({ node }) =>
        node.metadata
          .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
          .flatMap(({ data }) => Object.keys(data))
          .filter(() => node.path.startsWith(`${STACK}/`))
          .map((id) => `${id.replace('AwsSolutions::', '')} ${node.path}`),
      );
      const isOf = (line: string, rule: string) => line === rule || line.startsWith(`${rule}/`);
      expect(found.filter((line) => !accepted.some((rule) => isOf(line, rule)))).toEqual([]);
      expect(accepted.filter((rule) => !found.some((line) => isOf(line, rule)))).toEqual([]);
    },
  );
});

describe('the bucket', () => {
  it('is private, encrypted, reached by TLS only, and read by this distribution alone', () => {
    const template = pool.template(STACK);
    template.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: Match.anyValue(),
    });
    const statements = list(only(pool, 'AWS::S3::BucketPolicy').PolicyDocument.Statement).map(
      (each) => Object(pool.resolve(STACK, each)),
    );
    expect(statements.filter(({ Effect }) => Effect === 'Allow')).toEqual([
      {
        Action: 's3:GetObject',
        Effect: 'Allow',
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Resource: `${STACK}/Page/Bucket.Arn/*`,
        Condition: {
          StringEquals: {
            'AWS:SourceArn': `arn:PARTITION:cloudfront::ACCOUNT:distribution/${STACK}/Page/Distribution`,
          },
        },
      },
    ]);
    expect(statements.filter(({ Effect }) => Effect === 'Deny')).toContainEqual(
      expect.objectContaining({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
  });

  it('is filled and emptied by a function that may do nothing else', () => {
    const fn = pool.functions.get('publish');
    const statements = pool
      .ofType(STACK, 'AWS::IAM::Policy')
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
      .map(({ Action, Resource }) => [list(Action), pool.resolve(STACK, Resource)]);
    expect(statements).toEqual([
      [['logs:CreateLogStream', 'logs:PutLogEvents'], `${fn?.path}/Logs.Arn`],
      [['s3:DeleteObject', 's3:PutObject'], `${STACK}/Page/Bucket.Arn/*`],
      [['s3:ListBucket'], `${STACK}/Page/Bucket.Arn`],
    ]);
  });
});

describe('the distribution', () => {
  const of = (each: Synthesised) => only(each, 'AWS::CloudFront::Distribution').DistributionConfig;

  it('delivers the page over HTTPS, and asks for the bucket in its own name', () => {
    const { DefaultCacheBehavior: page, Origins, ...rest } = of(pool);
    expect(page).toMatchObject({
      ViewerProtocolPolicy: 'redirect-to-https',
      AllowedMethods: ['GET', 'HEAD'],
    });
    expect(rest).toMatchObject({ DefaultRootObject: 'index.html', PriceClass: 'PriceClass_100' });
    expect(Origins[0]).toHaveProperty('OriginAccessControlId');
    expect(rest).not.toHaveProperty('Aliases');
  });

  it('has the API behind /app, of the same origin: no page needs to be let in by CORS', () => {
    const { CacheBehaviors, Origins } = of(pool);
    expect(CacheBehaviors).toEqual([
      expect.objectContaining({
        PathPattern: '/app/*',
        ViewerProtocolPolicy: 'https-only',
        AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
        // The managed policies CachingDisabled and AllViewerExceptHostHeader.
        CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
        OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
      }),
    ]);
    expect(pool.resolve(STACK, Origins[1].DomainName)).toBe(
      'HeliosApi/Api/Api.execute-api.REGION.SUFFIX',
    );
    expect(Origins[1].CustomOriginConfig).toMatchObject({ OriginProtocolPolicy: 'https-only' });
    expect(only(pool, 'AWS::ApiGatewayV2::Api', 'HeliosApi')).not.toHaveProperty(
      'CorsConfiguration',
    );
  });

  it('has a name of its own where one is configured, with TLS 1.2 at least', () => {
    expect(of(own)).toMatchObject({
      Aliases: [DOMAIN.name],
      PriceClass: 'PriceClass_All',
      ViewerCertificate: {
        AcmCertificateArn: DOMAIN.certificate_arn,
        MinimumProtocolVersion: 'TLSv1.2_2021',
      },
    });
  });

  it('says what the page may do, as the local server does, and whom it may ask', () => {
    const policyOf = (each: Synthesised) => {
      const config = only(
        each,
        'AWS::CloudFront::ResponseHeadersPolicy',
      ).ResponseHeadersPolicyConfig;
      return each.resolve(STACK, config.SecurityHeadersConfig);
    };
    expect(policyOf(own)).toMatchObject({
      ContentSecurityPolicy: {
        Override: true,
        ContentSecurityPolicy: contentSecurityPolicy([
          'https://auth.example.com',
          'https://token.example.com',
        ]),
      },
      FrameOptions: { FrameOption: 'DENY' },
      ReferrerPolicy: { ReferrerPolicy: 'no-referrer' },
      StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000 },
    });
    expect(JSON.stringify(policyOf(pool))).toContain(
      "connect-src 'self' https://cognito-idp.REGION.SUFFIX https://",
    );
  });
});

describe('people', () => {
  it('are put into the pool by an administrator, and sign in by a code without a secret', () => {
    expect(only(pool, 'AWS::Cognito::UserPool')).toMatchObject({
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      DeletionProtection: 'ACTIVE',
      MfaConfiguration: 'OPTIONAL',
      EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
    });
    const client = only(pool, 'AWS::Cognito::UserPoolClient');
    expect(client).toMatchObject({
      GenerateSecret: false,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'email'],
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
    });
    expect(client.ExplicitAuthFlows).toEqual(['ALLOW_REFRESH_TOKEN_AUTH']);
    for (const urls of [client.CallbackURLs, client.LogoutURLs]) {
      expect(pool.resolve(STACK, urls)).toEqual([DISTRIBUTION]);
    }
  });

  it('of the pool are let in at exactly the routes for tokens', () => {
    const authorizer = only(pool, 'AWS::ApiGatewayV2::Authorizer');
    expect(authorizer.AuthorizerType).toBe('JWT');
    expect(pool.resolve(STACK, authorizer.JwtConfiguration)).toMatchObject({
      Audience: [`${STACK}/People/Pool/Page`],
    });
    const routes = pool
      .ofType(STACK, 'AWS::ApiGatewayV2::Route')
      .map(([, { Properties }]) => Properties);
    expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual(
      servedRoutes(ROUTES, ['jwt'])
        .map(({ routeKey }) => routeKey)
        .sort(),
    );
    const integrations = new Map(
      pool
        .ofType('HeliosApi', 'AWS::ApiGatewayV2::Integration')
        .map(([, { Metadata, Properties }]) => [
          Metadata['aws:cdk:path'].replace(/\/Resource$/, ''),
          pool.resolve('HeliosApi', Properties.IntegrationUri),
        ]),
    );
    for (const { RouteKey, AuthorizationType, AuthorizerId, Target } of routes) {
      const served = servedRoutes(ROUTES, ['jwt']).find(({ routeKey }) => routeKey === RouteKey);
      const target = String(pool.resolve(STACK, Target)).replace('integrations/', '');
      expect([
        AuthorizationType,
        pool.resolve(STACK, AuthorizerId),
        integrations.get(target),
      ]).toEqual([
        'JWT',
        `${STACK}/Routes/Tokens`,
        `${pool.functions.get(served?.route.function ?? '')?.path}/Function.Arn`,
      ]);
    }
  });

  it('of an issuer are let in by the API itself', () => {
    expect(own.ofType(STACK, 'AWS::ApiGatewayV2::Route')).toEqual([]);
    expect(own.ofType(STACK, 'AWS::Cognito::UserPool')).toEqual([]);
    const routes = own
      .ofType('HeliosApi', 'AWS::ApiGatewayV2::Route')
      .filter(([, { Properties }]) => Properties.AuthorizationType === 'JWT');
    expect(routes).toHaveLength(servedRoutes(ROUTES, ['jwt']).length);
  });
});

describe('the page is told', () => {
  it('where it signs in, and that the API is under /app', () => {
    expect(RuntimeConfigSchema.parse(settingsOf(own))).toEqual({
      api_base: '/app',
      sign_in: {
        kind: 'oidc',
        issuer: ISSUER,
        client_id: 'page',
        scopes: ['openid', 'email'],
        token: 'id',
      },
    });
    expect(settingsOf(pool)).toMatchObject({
      api_base: '/app',
      sign_in: {
        kind: 'oidc',
        client_id: `${STACK}/People/Pool/Page`,
        token: 'access',
        sign_out_url: expect.stringMatching(
          /\/logout\?client_id=.+&logout_uri=https%3A%2F%2F.+%2F$/,
        ),
      },
    });
  });
});

describe('the configuration', () => {
  it.each([
    [{ dashboard: { enabled: true }, authentication: { jwt: JWT } }, 'dashboard'],
    [{ dashboard: { oidc: { client_id: 'page' } } }, 'dashboard.oidc'],
    [{ dashboard: { oidc: { client_id: 'p', scopes: ['email'] } } }, 'dashboard.oidc.scopes'],
    [{ dashboard: { oidc: { client_id: 'p', origins: ['*'] } } }, 'dashboard.oidc.origins.0'],
    [
      {
        dashboard: {
          domain: {
            ...DOMAIN,
            certificate_arn: DOMAIN.certificate_arn.replace('us-east-1', 'eu-west-1'),
          },
        },
      },
      'dashboard.domain.certificate_arn',
    ],
    [
      { dashboard: { domain: { ...DOMAIN, name: 'https://helios.example.com' } } },
      'dashboard.domain.name',
    ],
    [{ dashboard: { users: 1 } }, 'dashboard'],
  ])('%j is refused at %s', (config, path) => {
    const [issue] = HeliosConfigSchema.safeParse(config).error?.issues ?? [];
    expect(issue?.path.join('.')).toBe(path);
  });
});
