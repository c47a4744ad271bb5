import { Duration, Fn, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnUserPoolClient,
  Mfa,
  OAuthScope,
  UserPool,
  type UserPoolClient,
  UserPoolClientIdentityProvider,
  UserPoolDomain,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { DashboardConfig } from '#contracts/config/dashboard.ts';
import { storageSettingsOf } from './storage-settings.ts';

/** People who may open the dashboard: put in by an administrator, nobody by themselves. */
export class PageUserPool extends Construct {
  readonly pool: UserPool;
  readonly #domain: UserPoolDomain;

  constructor(scope: Construct, id: string, { mfa }: DashboardConfig['user_pool']) {
    super(scope, id);
    const { deletion_protection } = storageSettingsOf(this).config;
    this.pool = new UserPool(this, 'Pool', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      mfa: mfa === 'required' ? Mfa.REQUIRED : Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      deletionProtection: deletion_protection,
      removalPolicy: deletion_protection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    Validations.of(this.pool).acknowledge(
      {
        id: 'AwsSolutions::AwsSolutions-COG2',
        reason: 'a second factor is optional unless dashboard.user_pool.mfa requires it',
      },
      {
        id: 'AwsSolutions::AwsSolutions-COG8',
        reason:
          'threat protection costs $0.02 for each user and month: whoever wants it turns it on',
      },
    );
    // Names are unique in a Region: this part of the stack's id is its own and says nothing of the account.
    const unique = Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Stack.of(this).stackId))));
    this.#domain = new UserPoolDomain(this, 'Domain', {
      userPool: this.pool,
      cognitoDomain: { domainPrefix: `helios-${unique}` },
    });
  }

  /** Where people type in their password, and tokens are given out. */
  get signInUrl(): string {
    return this.#domain.baseUrl();
  }

  get issuer(): string {
    return this.pool.userPoolProviderUrl;
  }

  /** The page as a client: a code with PKCE, no secret, back to `home` alone. */
  addPage(home: string): UserPoolClient {
    const client = this.pool.addClient('Page', {
      generateSecret: false,
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL],
        callbackUrls: [home],
        logoutUrls: [home],
      },
      supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.hours(12),
    });
    const resource = client.node.defaultChild;
    if (!(resource instanceof CfnUserPoolClient))
      throw new TypeError('a client is a CfnUserPoolClient');
    // Left out, Cognito would take passwords from the page itself too.
    resource.explicitAuthFlows = ['ALLOW_REFRESH_TOKEN_AUTH'];
    return client;
  }
}
