import { createHttpHandler, TextBody } from '#adapters/lambda/http-handler.ts';
import type { EventLogger } from '#adapters/lambda/logger.ts';
import { createExport, type ExportDeps } from '#app/exporter/export-metrics.ts';
import { type KedaDeps, kedaMetric } from '#app/exporter/keda-metric.ts';
import { EXPOSITION_TYPE, type ExportQuery, type KedaQuery } from '#contracts/http/scalers.ts';
import { METRICS_ROUTES } from '#contracts/routes/metrics.ts';

/** What scrapers and other scalers read. */
export function createHandler(deps: ExportDeps & KedaDeps, logger: EventLogger) {
  const exportMetrics = createExport(deps);
  return createHttpHandler(
    METRICS_ROUTES,
    {
      exportMetrics: async ({ query }) =>
        new TextBody(EXPOSITION_TYPE, await exportMetrics(query as ExportQuery)),
      kedaMetric: ({ params, query }) =>
        kedaMetric(deps, params.workload ?? '', query as KedaQuery),
    },
    logger,
  );
}
