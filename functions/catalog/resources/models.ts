import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createModelRegistry } from '#app/model-registry.ts';
import { getModel, listModels, promoteModel, rollbackModel } from '#app/queries/models.ts';
import { createBundleLoader } from '#app/serving/load-bundle.ts';
import { MODEL_ROUTES } from '#contracts/routes/models.ts';
import type { CatalogDeps } from '../catalog-deps.ts';

/** Bundles in memory at most: they are looked at one by one. */
const BUNDLE_CACHE = 20;

/** Versions of models, and changes of the champion. */
export function createModels(deps: CatalogDeps, logger: EventLogger) {
  const models = {
    registry: createModelRegistry(deps.catalog),
    bundles: createBundleLoader(deps.artifacts, BUNDLE_CACHE),
  };
  return createHttpHandler(
    MODEL_ROUTES,
    {
      listModels: async ({ query }) => ({
        models: await listModels(models, query as Parameters<typeof listModels>[1]),
      }),
      getModel: ({ params }) => getModel(models, params.id ?? ''),
      promoteModel: ({ params }) => promoteModel(models, params.id ?? ''),
      rollbackModel: ({ params }) => rollbackModel(models, params.id ?? ''),
    },
    logger,
  );
}
