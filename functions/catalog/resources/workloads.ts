import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createIssuedForecasts } from '#app/issued-forecasts.ts';
import { listIssuedForecasts } from '#app/queries/issued.ts';
import { listPublished } from '#app/queries/published.ts';
import { readSeries } from '#app/queries/series.ts';
import { listWorkloads } from '#app/queries/workloads.ts';
import { createRecommendationLog } from '#app/recommendation-log.ts';
import { createWorkloadDirectory } from '#app/workload-directory.ts';
import { WORKLOAD_ROUTES } from '#contracts/routes/workloads.ts';
import type { CatalogDeps } from '../catalog-deps.ts';

/** What was observed, and what was foreseen. */
export function createWorkloads(deps: CatalogDeps, logger: EventLogger) {
  const { observations, clock } = deps;
  const directory = createWorkloadDirectory(deps.catalog);
  const issued = createIssuedForecasts(deps.catalog);
  return createHttpHandler(
    WORKLOAD_ROUTES,
    {
      listWorkloads: () => listWorkloads({ directory }),
      getSeries: ({ query }) =>
        readSeries({ observations, directory, clock }, query as Parameters<typeof readSeries>[1]),
      listForecasts: ({ query }) =>
        listIssuedForecasts(
          { directory, issued },
          query as Parameters<typeof listIssuedForecasts>[1],
        ),
      listRecommendations: ({ query }) =>
        listPublished(
          { directory, recommendations: createRecommendationLog(deps.catalog) },
          query as Parameters<typeof listPublished>[1],
        ),
    },
    logger,
  );
}
