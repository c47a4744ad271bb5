import { bearerOf, type CheckKeyDeps, checkKey, refusalOf } from '#app/keys/check-key.ts';
import { servedRoutes } from '#contracts/route-sets.ts';
import type { Route } from '#contracts/routes.ts';
import { DomainError } from '#core/errors.ts';
import { apiKeyAuthorizer } from './api-key.ts';
import type { AuthorizeRequest } from './guard.ts';
import { createRouter } from './router.ts';

/**
 * Lets requests in that carry the server's own key, which may do everything, or a Helios key, which
 * may do what its scopes say. Helios keys are looked up for each request: what is revoked is refused
 * from then on.
 *
 * @param options.keySha256 - of the server's own key, from `hashApiKey`
 * @param options.openPaths - paths that need no key; default `/health`
 * @returns a function that throws {DomainError} `UNAUTHORIZED`, `FORBIDDEN`
 * @throws {RangeError} when `keySha256` is not 64 hex digits
 */
export function keyAuthorizer(
  options: CheckKeyDeps & {
    readonly keySha256: string;
    readonly routes: readonly Route[];
    readonly openPaths?: readonly string[];
  },
): (request: AuthorizeRequest) => Promise<boolean> {
  const isServersOwn = apiKeyAuthorizer(options);
  // A key is good at the plain path too: an agent need not know what it talks to.
  const keyed = options.routes.filter(({ scope }) => scope !== undefined);
  const find = createRouter(
    servedRoutes(keyed, ['iam', 'key']).map(({ path, route }) => ({ ...route, path })),
  );
  return async (request) => {
    if (isServersOwn(request)) return true;
    const header = keyHeader(request);
    if (!header || !bearerOf(header)?.startsWith('hk_')) return false;
    const match = find(request.method, request.path);
    const scope = match.kind === 'found' ? match.route.scope : undefined;
    if (scope === undefined) {
      // Said of any key, whether there is such a one or not.
      throw new DomainError(
        'FORBIDDEN',
        'a Helios key may send samples and read what is published',
        {
          reason: 'KEY_ROUTE',
          allowed: keyed.map(({ method, path }) => `${method} ${path}`),
        },
      );
    }
    const decision = await checkKey(options, header, scope);
    if (decision.allowed) return true;
    throw refusalOf(decision);
  };
}

/** The header `Authorization`, or what `X-API-Key` says in its form. */
function keyHeader({ headers }: AuthorizeRequest): string | undefined {
  const key = headers['x-api-key'];
  return headers.authorization ?? (key === undefined ? undefined : `Bearer ${key}`);
}
