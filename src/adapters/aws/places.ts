import { STSClient } from '@aws-sdk/client-sts';
import type { Account } from '#contracts/config/accounts.ts';
import { DomainError } from '#core/errors.ts';
import type { Clock } from '#core/time.ts';
import { assumedRole, type RoleCredentials } from './assumed-role.ts';

/** Where something is read: a configured account by its name, and a region; the own ones unless given. */
export interface Place {
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

/** What a client of a place is built with; nothing for the own account and region. */
export interface PlaceSettings {
  readonly region?: string;
  readonly credentials?: () => Promise<RoleCredentials>;
}

/**
 * Clients by place, each built once. Roles of other accounts are assumed when a client first calls.
 * @throws {DomainError} `CONFIG_INVALID` for an account that is not configured
 */
export function clientsByPlace<C>(
  build: (settings: PlaceSettings) => C,
  settingsOf: (place: Place) => PlaceSettings,
): (place: Place) => C {
  const clients = new Map<string, C>();
  return ({ account, region }) => {
    const key = `${account ?? ''}/${region ?? ''}`;
    const client = clients.get(key) ?? build(settingsOf({ account, region }));
    clients.set(key, client);
    return client;
  };
}

/** How places are reached: the role of an account, and its region unless another one is asked for. */
export function placeSettings(
  accounts: readonly Account[],
  clock: Clock,
  createSts: () => STSClient = defaultSts,
): (place: Place) => PlaceSettings {
  const roles = new Map<string, () => Promise<RoleCredentials>>();
  let sts: STSClient | undefined;
  return ({ account: name, region }) => {
    if (name === undefined) return region === undefined ? {} : { region };
    const account = accounts.find((each) => each.name === name);
    if (!account) throw new DomainError('CONFIG_INVALID', `accounts has no ${name}`, { name });
    sts ??= createSts();
    const credentials = roles.get(name) ?? assumedRole({ client: sts, role: account, clock });
    roles.set(name, credentials);
    const where = region ?? account.region;
    return { credentials, ...(where === undefined ? {} : { region: where }) };
  };
}

function defaultSts(): STSClient {
  return new STSClient({
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000 },
  });
}
