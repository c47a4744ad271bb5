import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createGradeLog } from '#app/grades/grade-log.ts';
import { createIncidentLog } from '#app/incident-log.ts';
import { createIssuedForecasts } from '#app/issued-forecasts.ts';
import { createIssuedPeaks } from '#app/issued-peaks.ts';
import { listFleet } from '#app/queries/fleet.ts';
import { readOutlooks } from '#app/queries/outlook.ts';
import { createWorkloadDirectory } from '#app/workload-directory.ts';
import { FLEET_ROUTES } from '#contracts/routes/fleet.ts';
import type { CatalogDeps } from '../catalog-deps.ts';

/** All workloads at a glance. */
export function createFleet({ catalog, observations, clock }: CatalogDeps, logger: EventLogger) {
  const directory = createWorkloadDirectory(catalog);
  const fleet = {
    ...{ directory, clock },
    grades: createGradeLog(catalog),
    peaks: createIssuedPeaks(catalog),
    incidents: createIncidentLog(catalog),
  };
  const outlook = { directory, observations, clock, issued: createIssuedForecasts(catalog) };
  return createHttpHandler(
    FLEET_ROUTES,
    {
      getFleet: ({ query }) => listFleet(fleet, query as Parameters<typeof listFleet>[1]),
      getOutlook: ({ body }) => readOutlooks(outlook, body as Parameters<typeof readOutlooks>[1]),
    },
    logger,
  );
}
