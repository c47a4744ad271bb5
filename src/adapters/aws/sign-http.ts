import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from '#core/time.ts';
import { Sha256 } from './sha256.ts';

/** Who signs. A session token belongs to credentials that expire, as those of a role. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Finds the keys to sign with; asked before each signature. */
export type AwsCredentialProvider = () => Promise<AwsCredentials>;

/** What is signed of a request. */
export interface RequestToSign {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
}

/** Gives the headers of a signed request, without `host`, which clients set themselves. */
export type AwsSigner = (request: RequestToSign) => Promise<Readonly<Record<string, string>>>;

/**
 * A signer by AWS Signature Version 4: the SDK's, with Node's own SHA-256.
 *
 * @param options.service - as AWS names it in signatures: `dynamodb`, `execute-api`, `aps`
 * @param options.clock - the service's time, which it allows to be off by five minutes
 */
export function awsSigner(options: {
  readonly service: string;
  readonly region: string;
  readonly credentials: AwsCredentialProvider;
  readonly clock: Clock;
}): AwsSigner {
  const { service, region, credentials, clock } = options;
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
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
      { signingDate: new Date(clock.now()) },
    );
    return Object.fromEntries(Object.entries(signed.headers).filter(([name]) => name !== 'host'));
  };
}
