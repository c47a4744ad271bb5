import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createFitLog } from '#app/fit-log.ts';
import { listFits } from '#app/queries/fits.ts';
import { createRunLog } from '#app/run-log.ts';
import { RUN_ROUTES } from '#contracts/routes/runs.ts';
import type { CatalogDeps } from '../catalog-deps.ts';

/** Training runs and their fits. */
export function createRuns(deps: CatalogDeps, logger: EventLogger) {
  const runs = createRunLog(deps.catalog, deps.clock);
  const fits = createFitLog(deps.catalog, deps.clock);
  return createHttpHandler(
    RUN_ROUTES,
    {
      listRuns: async ({ query }) => ({
        runs: await runs.list((query as { limit: number }).limit),
      }),
      getRun: ({ params }) => runs.detail(params.id ?? ''),
      listFits: ({ params, query }) =>
        listFits({ fits, runs }, params.id ?? '', query as Parameters<typeof listFits>[2]),
    },
    logger,
  );
}
