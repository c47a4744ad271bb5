import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DomainError } from '#core/errors.ts';
import type { Clock } from '#core/time.ts';
import { isError } from '../error-code.ts';
import type { RevealSecret } from '../secrets/reveal-secrets.ts';
import { type FetchSecret, secretReader } from '../secrets/secret-reader.ts';
import { THROTTLING_NAMES } from './aws-errors.ts';

/** A secret that cannot be read within seconds must not use up the time of what needs it. */
const SETTINGS = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000 },
};

/** Makes a client; of the Region that the environment or the profile names unless one is given. */
export type CreateSecretsClient = (region: string | undefined) => Promise<SecretsManagerClient>;

/**
 * Gives the secrets of AWS Secrets Manager that a configuration refers to, by the credentials that the SDK
 * finds: the role of a function, a profile, the environment. Its client is loaded with the first of them.
 */
export function awsSecrets(
  clock: Clock,
  createClient: CreateSecretsClient = defaultClient,
): RevealSecret {
  const clients = new Map<string, Promise<SecretsManagerClient>>();
  const fetchSecret: FetchSecret = async (name) => {
    const region = /^arn:[^:]*:secretsmanager:([^:]*):/.exec(name)?.[1];
    const client = clients.get(region ?? '') ?? createClient(region);
    clients.set(region ?? '', client);
    return read(await client, name);
  };
  return secretReader(fetchSecret, clock);
}

async function defaultClient(region: string | undefined): Promise<SecretsManagerClient> {
  const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  return new SecretsManagerClient({ ...SETTINGS, ...(region !== undefined && { region }) });
}

async function read(client: SecretsManagerClient, name: string): Promise<string> {
  const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager');
  let text: string | undefined;
  try {
    ({ SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: name })));
  } catch (error) {
    throw failureOf(name, error);
  }
  if (text !== undefined && text !== '') return text;
  throw new DomainError('CONFIG_INVALID', `the secret ${name} holds no text`, { secret: name });
}

function failureOf(secret: string, error: unknown): unknown {
  if (!isError(error)) return error;
  const refused = REFUSALS[error.name];
  if (refused !== undefined) {
    return new DomainError('CONFIG_INVALID', `the secret ${secret} ${refused}`, { secret }, error);
  }
  // The SDK knows neither who asks nor where: nothing was sent.
  if (!('$metadata' in error) && /credential|region/i.test(`${error.name} ${error.message}`)) {
    const message = `the secret ${secret} cannot be read: there are no AWS credentials, or no region`;
    const details = { secret, set: 'AWS_PROFILE and AWS_REGION, or put the secret into a file' };
    return new DomainError('CONFIG_INVALID', message, details, error);
  }
  if (THROTTLING_NAMES.has(error.name)) {
    return new DomainError('THROTTLED', `reading the secret ${secret} is throttled`, {}, error);
  }
  const message = `secrets manager did not give the secret ${secret} (${error.name})`;
  return new DomainError('SOURCE_UNAVAILABLE', message, { secret }, error);
}

/** What stays so until somebody changes it. */
const REFUSALS: Readonly<Record<string, string>> = {
  ResourceNotFoundException: 'does not exist in this account and region',
  AccessDeniedException: 'must not be read: secretsmanager:GetSecretValue is needed on it',
  DecryptionFailure: 'cannot be decrypted: kms:Decrypt is needed on its key',
  InvalidRequestException: 'is marked for deletion',
  InvalidParameterException: 'has a name that secrets manager refuses',
  ValidationException: 'has a name that secrets manager refuses',
  UnrecognizedClientException: 'must not be read: the AWS credentials are refused',
  ExpiredTokenException: 'must not be read: the AWS credentials have expired',
};
