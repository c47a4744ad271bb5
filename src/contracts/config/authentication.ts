import * as z from 'zod';

/**
 * How long API Gateway believes what the key authorizer said of a key and a route: a revoked key
 * is refused after this time at the latest.
 */
export const AUTHORIZER_CACHE_SECONDS = 60;

const ThrottleSchema = z.strictObject({
  requests_per_second: z.number().int().min(1).max(10_000).default(100),
  burst: z.number().int().min(1).max(5_000).default(200),
});
export type Throttle = z.infer<typeof ThrottleSchema>;

const SetThrottleSchema = ThrottleSchema.optional().meta({
  description: 'of each route of this set, in place of authentication.throttle',
});

/** API Gateway compares the issuer with the token's letter by letter, so nothing is added to it. */
const IssuerSchema = z
  .url({ protocol: /^https$/, error: 'an issuer is an https URL' })
  .max(512)
  .refine((url) => !/[?#@]/.test(url), 'an issuer has no query, fragment or password');

/** A page's origin as browsers send it: no path, no slash at the end. */
const OriginSchema = z
  .string()
  .max(255)
  .regex(
    /^(https:\/\/[a-z0-9.-]+(:\d{1,5})?|http:\/\/localhost(:\d{1,5})?)$/,
    'an origin is https://host or https://host:port, or http://localhost:port while developing',
  );

const TokenScopesSchema = z.array(z.string().min(1).max(128)).max(10).default([]).meta({
  description: 'a token has at least one of these; any token will do where none is named',
});

/** The part `authentication:` of the configuration: who may call the API beside those who sign. */
export const AuthenticationConfigSchema = z
  .strictObject({
    throttle: ThrottleSchema.prefault({}).meta({ description: 'of each route' }),
    keys: z
      .strictObject({
        enabled: z.boolean().default(false).meta({
          description:
            'lets agents and scrapers in by a Helios key, under /key: an address that anybody can knock at',
        }),
        throttle: SetThrottleSchema,
      })
      .prefault({}),
    jwt: z
      .strictObject({
        issuer: IssuerSchema,
        audience: z.array(z.string().min(1).max(512)).min(1).max(10),
        scopes: z
          .strictObject({ read: TokenScopesSchema, change: TokenScopesSchema })
          .prefault({})
          .meta({
            description: 'what a token must carry to ask, and to start or decide something',
          }),
        cors_origins: z.array(OriginSchema).max(20).default([]).meta({
          description: 'pages that browsers may call the API from',
        }),
        throttle: SetThrottleSchema,
      })
      .optional()
      .meta({ description: 'lets people in by a token of this issuer, under /app' }),
  })
  .prefault({});
export type AuthenticationConfig = z.infer<typeof AuthenticationConfigSchema>;
