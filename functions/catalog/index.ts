import * as z from 'zod';
import { nodeKeyCrypto } from '#adapters/key-crypto.ts';
import { createLogger } from '#adapters/lambda/logger.ts';
import { openParts } from '#adapters/lambda/open-parts.ts';
import { CODE_VERSION } from '#contracts/code-version.ts';
import { createHandler } from './handler.ts';

const { stores, clock } = await openParts(process.env, z.object({}));

export const handler = createHandler(
  {
    ...stores,
    clock,
    startedAt: clock.now(),
    codeVersion: CODE_VERSION,
    keyCrypto: nodeKeyCrypto,
    configured: async () => {
      const { readCatalogConfig } = await import('./read-catalog-config.ts');
      return readCatalogConfig(process.env.CONFIG_PATH, stores.catalog, clock);
    },
  },
  createLogger('catalog'),
);
