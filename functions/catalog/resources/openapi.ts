import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { openApiDocument } from '#contracts/openapi.ts';
import { OPENAPI_ROUTES } from '#contracts/routes/openapi.ts';
import type { CatalogDeps } from '../catalog-deps.ts';

/** The description of all routes. */
export function createOpenApi(deps: CatalogDeps, logger: EventLogger) {
  return createHttpHandler(
    OPENAPI_ROUTES,
    {
      openapi: async () => openApiDocument(deps.codeVersion),
    },
    logger,
  );
}
