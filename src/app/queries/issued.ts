import type * as z from 'zod';
import type { ForecastQuerySchema } from '#contracts/http/catalog.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { epochMs } from '#core/time.ts';
import type { IssuedForecasts } from '../issued-forecasts.ts';
import { resolveWorkload } from '../select-workload.ts';
import { requireMetric } from '../serving/predict.ts';
import type { WorkloadDirectory } from '../workload-directory.ts';

/** Forecasts of one metric as they were issued. @throws {DomainError} `NOT_FOUND`, `METRIC_UNKNOWN` */
export async function listIssuedForecasts(
  deps: { readonly directory: WorkloadDirectory; readonly issued: IssuedForecasts },
  query: z.output<typeof ForecastQuerySchema>,
) {
  const workload = await resolveWorkload(deps.directory, query);
  const metric = requireMetric(workload, query.metric);
  const before = query.before === undefined ? undefined : epochMs(Date.parse(query.before));
  const forecasts = await deps.issued.list({ workload: workload.key, metric }, query.limit, before);
  return {
    workload: workload.id,
    metric,
    unit: metricDefinition(metric).unit,
    simulated: workload.simulated,
    forecasts,
  };
}
