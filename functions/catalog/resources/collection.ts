import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { listSources, readCollectionBudget } from '#app/collection/collection-queries.ts';
import { createSourceLog } from '#app/collection/source-log.ts';
import { createWorkloadDirectory } from '#app/workload-directory.ts';
import { COLLECTION_ROUTES } from '#contracts/collection-routes.ts';
import type { CatalogDeps } from '../catalog-deps.ts';

/** Where data come from, and what reading them costs. */
export async function createCollected(deps: CatalogDeps, logger: EventLogger) {
  const { collection } = await deps.configured();
  const collected = {
    directory: createWorkloadDirectory(deps.catalog),
    sourceLog: createSourceLog(deps.catalog),
    collection,
    clock: deps.clock,
  };
  return createHttpHandler(
    COLLECTION_ROUTES,
    {
      listSources: () => listSources(collected),
      readCollectionBudget: () => readCollectionBudget(collected),
    },
    logger,
  );
}
