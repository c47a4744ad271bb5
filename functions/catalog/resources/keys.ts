import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createKeyLog } from '#app/keys/key-log.ts';
import { createKey, listKeys, revokeKey } from '#app/keys/manage-keys.ts';
import type { CreateKeyRequest } from '#contracts/http/keys.ts';
import { KEY_ROUTES } from '#contracts/key-routes.ts';
import type { CatalogDeps } from '../catalog-deps.ts';

/** Keys of agents and scrapers. */
export async function createKeys(deps: CatalogDeps, logger: EventLogger) {
  const { clock, keyCrypto } = deps;
  const { acceptsKeys } = await deps.configured();
  const manager = { keys: createKeyLog(deps.catalog), keyCrypto, clock, acceptsKeys };
  return createHttpHandler(
    KEY_ROUTES,
    {
      createKey: ({ body, caller }) => createKey(manager, body as CreateKeyRequest, caller),
      listKeys: () => listKeys(manager),
      revokeKey: ({ params, caller }) => revokeKey(manager, params.id ?? '', caller),
    },
    logger,
  );
}
