import { createHttpHandler } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createGradeLog } from '#app/grades/grade-log.ts';
import { listGrades } from '#app/grades/list-grades.ts';
import { createWorkloadDirectory } from '#app/workload-directory.ts';
import { GRADE_ROUTES } from '#contracts/routes/grades.ts';
import type { CatalogDeps } from '../catalog-deps.ts';

/** What forecasts are worth. */
export function createGrades(deps: CatalogDeps, logger: EventLogger) {
  const graded = {
    directory: createWorkloadDirectory(deps.catalog),
    grades: createGradeLog(deps.catalog),
    clock: deps.clock,
  };
  return createHttpHandler(
    GRADE_ROUTES,
    {
      listGrades: ({ query }) => listGrades(graded, query as Parameters<typeof listGrades>[1]),
    },
    logger,
  );
}
