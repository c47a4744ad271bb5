import { createHash, createHmac } from 'node:crypto';
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
export type AwsCredentials = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}>;

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
  const [{ SignatureV4 }, { defaultProvider }] = await Promise.all([
    import('@smithy/signature-v4'),
    import('@aws-sdk/credential-provider-node'),
  ]);
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
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });

  return async ({ method, url, headers, body }) => {
    const signed = await signer.sign(
      {
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: { ...headers, host: url.host },
        body,
      },
      { signingDate: new Date(environment.clock.now()) },
    );
    // fetch sets the host itself and refuses to be told.
    return Object.fromEntries(Object.entries(signed.headers).filter(([name]) => name !== 'host'));
  };
}

/** SHA-256 and HMAC-SHA-256 in the form the signer asks for. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
