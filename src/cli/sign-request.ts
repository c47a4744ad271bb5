import type { AwsCredentialProvider } from '#adapters/aws/sign-http.ts';
import { DomainError } from '#core/errors.ts';
import type { SignRequest } from './client.ts';
import type { Environment } from './environment.ts';

/** Signs requests with a key in the `Authorization` header. */
export function signWithKey(key: string): SignRequest {
  return async () => ({ authorization: `Bearer ${key}` });
}

const API_GATEWAY_HOST = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/;

/** Whether calls to `endpoint` are signed by SigV4: hosts of AWS are. */
export function isAwsEndpoint(endpoint: string): boolean {
  return /(^|\.)amazonaws\.com(\.cn)?$/.test(new URL(endpoint).hostname);
}

/** Finds the keys to sign with. */
export type AwsCredentials = AwsCredentialProvider;

/**
 * Signs requests by AWS Signature Version 4 for API Gateway, with the credentials that the AWS SDK
 * finds (environment, profile, single sign-on, instance role). The region is that of the host's
 * name, else `AWS_REGION`.
 *
 * @param provider - where the credentials come from instead
 * @throws {DomainError} `CONFIG_INVALID` without a region, `UNAUTHORIZED` without credentials
 */
export async function signForAws(
  endpoint: string,
  environment: Pick<Environment, 'env' | 'clock'>,
  provider?: AwsCredentials,
): Promise<SignRequest> {
  // Loaded here, because a local command needs none of it.
  const { awsSigner } = await import('#adapters/aws/sign-http.ts');
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node');
  const region =
    API_GATEWAY_HOST.exec(new URL(endpoint).hostname)?.[1] ??
    environment.env.AWS_REGION ??
    environment.env.AWS_DEFAULT_REGION;
  if (region === undefined) {
    const message = `${endpoint} does not tell its AWS region: set AWS_REGION`;
    throw new DomainError('CONFIG_INVALID', message, { endpoint });
  }
  const find = provider ?? defaultProvider();
  const credentials = () =>
    find().catch((error: unknown) => {
      const message = `no AWS credentials to sign calls to ${endpoint} with`;
      throw new DomainError('UNAUTHORIZED', message, { endpoint }, error);
    });
  const sign = awsSigner({
    service: 'execute-api',
    region,
    credentials,
    clock: environment.clock,
  });
  return async ({ method, url, headers, body }) => sign({ method, url, headers, body });
}
