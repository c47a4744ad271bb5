import { SET_PREFIX } from '#contracts/route-sets.ts';
import type { Route } from '#contracts/routes.ts';
import type { ApiClientOptions, SignRequest } from './client.ts';
import type { Environment } from './environment.ts';
import { isAwsEndpoint, signForAws, signWithKey } from './sign-request.ts';

/** What proves who calls, and under which path the routes lie that it opens. */
export type Credentials = Pick<ApiClientOptions, 'sign' | 'prefixOf'>;

/**
 * How calls to `endpoint` prove who makes them. A Helios key opens the routes of its set, under their
 * prefix; everything else on AWS is signed, with the credentials of AWS, looked for when they are
 * needed. Elsewhere the key goes along with every call.
 *
 * @param key - from a key file, if there is one
 */
export function credentialsFor(
  endpoint: string,
  key: string | undefined,
  environment: Pick<Environment, 'env' | 'clock'>,
  signer: typeof signForAws = signForAws,
): Credentials {
  const isOnAws = isAwsEndpoint(endpoint);
  let signing: Promise<SignRequest> | undefined;
  const signAws: SignRequest = async (request, route) => {
    signing ??= signer(endpoint, environment);
    return (await signing)(request, route);
  };
  if (key === undefined) return isOnAws ? { sign: signAws } : {};
  const signKey = signWithKey(key);
  if (!key.startsWith('hk_')) return { sign: signKey };
  const isKeyed = ({ sets }: Route) => sets.includes('key');
  const isOpen = ({ sets }: Route) => sets.includes('open');
  return {
    prefixOf: (route) => (isKeyed(route) ? SET_PREFIX.key : ''),
    sign: async (request, route) => {
      if (!isOnAws || isKeyed(route)) return signKey(request, route);
      // An agent has no credentials of AWS, and needs none to ask whether anybody is there.
      return isOpen(route) ? {} : signAws(request, route);
    },
  };
}
