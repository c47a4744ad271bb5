import * as z from 'zod';
import type { AuthenticationConfig } from './authentication.ts';

const DomainSchema = z.strictObject({
  name: z
    .string()
    .max(253)
    .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, 'a domain is like helios.example.com')
    .meta({ description: 'its DNS record, which you make, points to the distribution' }),
  certificate_arn: z
    .string()
    .regex(
      /^arn:aws:acm:us-east-1:\d{12}:certificate\/[0-9a-f-]{36}$/,
      'CloudFront takes certificates of ACM in us-east-1',
    )
    .meta({ description: 'an issued certificate for this name, in us-east-1' }),
});

const UserPoolSchema = z.strictObject({
  mfa: z.enum(['optional', 'required']).default('optional').meta({
    description: 'codes of an authenticator app, beside the password',
  }),
});

const OriginSchema = z
  .string()
  .max(255)
  .regex(/^https:\/\/[a-z0-9.-]+(:\d{1,5})?$/, 'an origin is https://host or https://host:port');

const OidcSchema = z.strictObject({
  client_id: z.string().min(1).max(256).meta({
    description: 'what the issuer knows the page as: a public client, with PKCE and no secret',
  }),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/, 'a scope has no spaces or quotes'))
    .min(1)
    .max(20)
    .refine((scopes) => scopes.includes('openid'), 'openid is one of them')
    .default(['openid', 'email'])
    .meta({ description: 'what the page asks for; offline_access where sessions are to last' }),
  token: z.enum(['access', 'id']).default('access').meta({
    description:
      'which token the API is shown: the one whose audience is in authentication.jwt.audience',
  }),
  origins: z.array(OriginSchema).max(5).default([]).meta({
    description: 'origins of the endpoints that differ from that of the issuer',
  }),
});

/** The part `dashboard:` of the configuration: the page on AWS. The local server always has it. */
export const DashboardConfigSchema = z
  .strictObject({
    enabled: z.boolean().default(false).meta({
      description: 'deploys the page: a private bucket behind CloudFront, and who may sign in',
    }),
    domain: DomainSchema.optional().meta({
      description: 'a name of your own; the page is at a name of CloudFront otherwise',
    }),
    price_class: z.enum(['100', '200', 'all']).default('100').meta({
      description:
        'how many of CloudFront’s places deliver the page; 100: Europe and North America',
    }),
    user_pool: UserPoolSchema.prefault({}).meta({
      description:
        'the Cognito user pool that is made where authentication.jwt names no issuer of yours',
    }),
    oidc: OidcSchema.optional().meta({
      description:
        'how people sign in at the issuer of authentication.jwt, in place of a user pool',
    }),
  })
  .prefault({});
export type DashboardConfig = z.infer<typeof DashboardConfigSchema>;

/** What `dashboard` and `authentication` say against each other. */
export function dashboardProblems({
  dashboard,
  authentication,
}: {
  readonly dashboard: DashboardConfig;
  readonly authentication: AuthenticationConfig;
}): readonly { readonly path: string[]; readonly message: string }[] {
  if (dashboard.oidc && !authentication.jwt) {
    const message = 'dashboard.oidc signs in at the issuer of authentication.jwt, which is missing';
    return [{ path: ['dashboard', 'oidc'], message }];
  }
  if (dashboard.enabled && authentication.jwt && !dashboard.oidc) {
    const message =
      'the API takes the tokens of authentication.jwt: dashboard.oidc must say how the page gets one';
    return [{ path: ['dashboard'], message }];
  }
  return [];
}
