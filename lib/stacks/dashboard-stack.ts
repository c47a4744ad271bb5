import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CfnOutput, CustomResource, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import type { RuntimeConfig } from '#contracts/dashboard-page.ts';
import { SET_PREFIX } from '#contracts/route-sets.ts';
import { PageDistribution } from '../constructs/page-distribution.ts';
import { PageUserPool } from '../constructs/page-user-pool.ts';
import type { RouteApi } from '../constructs/route-api.ts';
import { ServiceFunction } from '../constructs/service-function.ts';
import { TokenRoutes } from '../constructs/token-routes.ts';

export interface DashboardStackProps extends StackProps {
  readonly api: RouteApi;
  readonly alarmTopic: ITopic;
  readonly config: HeliosConfig;
  /** The folder of the built page. */
  readonly page: string;
}

type SignInSettings = RuntimeConfig['sign_in'];

/** The page on AWS, and how people sign in to it. */
export class DashboardStack extends Stack {
  readonly functions: readonly ServiceFunction[];

  constructor(scope: Construct, id: string, props: DashboardStackProps) {
    super(scope, id, { description: 'Helios: the dashboard', ...props });
    const { api, config, page } = props;
    requirePage(page);
    const { jwt } = config.authentication;
    const { dashboard } = config;
    const people = jwt ? undefined : new PageUserPool(this, 'People', dashboard.user_pool);
    const issuer = jwt?.issuer ?? people?.issuer ?? '';
    const distribution = new PageDistribution(this, 'Page', {
      api,
      config: dashboard,
      connect: people
        ? [`https://cognito-idp.${this.region}.${this.urlSuffix}`, people.signInUrl]
        : [...new Set([new URL(issuer).origin, ...(dashboard.oidc?.origins ?? [])])],
    });

    const signIn = people
      ? this.#signInOf(people, distribution.home, api)
      : signInAt(issuer, dashboard.oidc);
    this.functions = [
      this.#publish(props, distribution, { api_base: SET_PREFIX.jwt, sign_in: signIn }),
    ];
    new CfnOutput(this, 'Url', {
      description: 'The address of the dashboard',
      value: distribution.home,
    });
    if (people) {
      new CfnOutput(this, 'UserPoolId', {
        description: 'Where people are added: aws cognito-idp admin-create-user',
        value: people.pool.userPoolId,
      });
    }
  }

  /** The tokens of the pool are what the API takes under `/app`. */
  #signInOf(people: PageUserPool, home: string, api: RouteApi): SignInSettings {
    const client = people.addPage(home);
    const client_id = client.userPoolClientId;
    new TokenRoutes(this, 'Routes', { api, issuer: people.issuer, audience: [client_id] });
    const back = home.replace('https://', 'https%3A%2F%2F').replace(/\/$/, '%2F');
    return {
      kind: 'oidc',
      issuer: people.issuer,
      client_id,
      scopes: ['openid', 'email'],
      token: 'access',
      // Cognito has a way of its own to sign out.
      sign_out_url: `${people.signInUrl}/logout?client_id=${client_id}&logout_uri=${back}`,
    };
  }

  /** The files come in a layer, and a function of our own puts them into the bucket while this is deployed. */
  #publish(
    { alarmTopic, page }: DashboardStackProps,
    { bucket }: PageDistribution,
    settings: RuntimeConfig,
  ): ServiceFunction {
    const layer = new LayerVersion(this, 'Files', {
      code: Code.fromAsset(page, { exclude: ['**/*.map'] }),
      description: 'The built page',
    });
    const publish = new ServiceFunction(this, 'Publish', {
      name: 'publish',
      description: 'Helios: puts the dashboard into its bucket',
      timeout: Duration.minutes(2),
      memoryMebibytes: 512,
      environment: { PAGE_BUCKET_NAME: bucket.bucketName, PAGE_PATH: '/opt' },
      layers: [layer],
      alarmTopic,
    });
    publish.allow({
      actions: ['s3:DeleteObject', 's3:PutObject'],
      resources: [bucket.arnForObjects('*')],
      because: 'the bucket is the page’s alone, and its files are named by their contents',
    });
    publish.allow({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] });
    const published = new CustomResource(this, 'Published', {
      resourceType: 'Custom::HeliosPage',
      serviceToken: publish.function.functionArn,
      serviceTimeout: Duration.minutes(10),
      // Other files are another layer: the function is called again.
      properties: { Files: layer.layerVersionArn, Settings: this.toJsonString(settings) },
    });
    // Its permissions come first, and go last.
    published.node.addDependency(publish, bucket);
    return publish;
  }
}

/** @throws {Error} where nothing was built in `page` */
export function requirePage(page: string): void {
  if (existsSync(join(page, 'index.html'))) return;
  throw new Error(
    `the dashboard is to be deployed and was not built: ${page} has no index.html; run npm run build`,
  );
}

function signInAt(issuer: string, oidc: HeliosConfig['dashboard']['oidc']): SignInSettings {
  if (!oidc)
    throw new TypeError('the configuration checks that an issuer comes with dashboard.oidc');
  const { client_id, scopes, token } = oidc;
  return { kind: 'oidc', issuer, client_id, scopes, token };
}
