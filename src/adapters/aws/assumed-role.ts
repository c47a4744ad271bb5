import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { type Clock, type EpochMs, epochMs, MINUTE } from '#core/time.ts';

/** Credentials are renewed so long before they end, as the SDK does: a call under way keeps them. */
const RENEW_BEFORE = 5 * MINUTE;

/** The role of another account, and what its trust policy asks for. */
export interface ForeignRole {
  readonly role_arn: string;
  readonly external_id: string;
}

/** Temporary credentials as the SDK's clients take them. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Who reads, in the CloudTrail of the other account. */
const SESSION_NAME = 'helios';

/**
 * A provider of a role's credentials: assumed when first asked for, kept in memory until five minutes
 * before they end, and shared by all clients of it. A failure is not kept: the next call tries again.
 */
export function assumedRole(options: {
  readonly client: STSClient;
  readonly role: ForeignRole;
  readonly clock: Clock;
}): () => Promise<RoleCredentials> {
  const { client, role, clock } = options;
  let held: { readonly promise: Promise<RoleCredentials>; until: EpochMs } | undefined;
  return async () => {
    if (held && clock.now() < held.until) return held.promise;
    const own = { promise: assume(client, role), until: epochMs(Number.MAX_SAFE_INTEGER) };
    held = own;
    try {
      const credentials = await own.promise;
      own.until = epochMs(credentials.expiration.getTime() - RENEW_BEFORE);
      return credentials;
    } catch (error) {
      if (held === own) held = undefined;
      throw error;
    }
  };
}

async function assume(client: STSClient, role: ForeignRole): Promise<RoleCredentials> {
  const { Credentials: given } = await client.send(
    new AssumeRoleCommand({
      RoleArn: role.role_arn,
      RoleSessionName: SESSION_NAME,
      ExternalId: role.external_id,
    }),
  );
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = given ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) {
    throw new Error(`sts gave no credentials of ${role.role_arn}`);
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
}
