import type { AwsCredentials } from './sign-http.ts';

// The only adapter that reads the environment: as the AWS SDK, for which it stands in, does itself.

/**
 * The credentials that Lambda puts into the environment of a function.
 *
 * They are read at each request, and none of them ends within the life of a process: Lambda starts a
 * new one with new credentials before they do.
 *
 * @throws {Error} naming the variable that is missing
 */
export function environmentCredentials(env: NodeJS.ProcessEnv = process.env): AwsCredentials {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (!accessKeyId) throw missing('AWS_ACCESS_KEY_ID');
  if (!secretAccessKey) throw missing('AWS_SECRET_ACCESS_KEY');
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

/** The Region that Lambda names. @throws {Error} where there is none */
export function environmentRegion(env: NodeJS.ProcessEnv = process.env): string {
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION;
  if (!region) throw missing('AWS_REGION');
  return region;
}

/**
 * Takes the place of the SDK's own chain of providers in bundles (see lib/constructs/bundling.ts): files
 * of profiles, single sign-on and instance metadata are 110 kB that no function has a use for.
 */
export function defaultProvider(): () => Promise<AwsCredentials> {
  return async () => environmentCredentials();
}

function missing(name: string): Error {
  return Object.assign(new Error(`the environment holds no ${name}`), {
    name: 'CredentialsProviderError',
  });
}
