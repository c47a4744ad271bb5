import type * as z from 'zod';
import type { SeriesQuerySchema } from '#contracts/http/catalog.ts';
import { DomainError } from '#core/errors.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { DAY, durationMs, epochMs, HOUR, toIso } from '#core/time.ts';
import { readFrame } from '../read-frame.ts';
import { resolveWorkload } from '../select-workload.ts';
import { requireMetric } from '../serving/predict.ts';
import type { ServingDeps } from '../serving/serving-deps.ts';
import { endOfData } from '../workload-directory.ts';

/** Values in one answer at most. */
const MAX_STEPS = 20_160;

/**
 * The stored observations of one metric. The range is `from`..`to`, or the last `hours` (24 unless
 * given) before `to`; without `to` it ends with the newest observation.
 * @throws {DomainError} `NOT_FOUND`, `METRIC_UNKNOWN`, `REQUEST_INVALID`
 */
export async function readSeries(
  deps: Pick<ServingDeps, 'observations' | 'directory' | 'clock'>,
  query: z.output<typeof SeriesQuerySchema>,
) {
  const workload = await resolveWorkload(deps.directory, query);
  const metric = requireMetric(workload, query.metric);
  const now = deps.clock.now();
  const to = epochMs(query.to ? Date.parse(query.to) : endOfData(workload, now));
  const length = query.hours ? durationMs(query.hours * HOUR) : DAY;
  const from = query.from ? epochMs(Date.parse(query.from)) : epochMs(to - length);
  const steps = Math.ceil((to - from) / workload.gridStep);
  if (!(steps > 0 && steps <= MAX_STEPS)) {
    throw new DomainError(
      'REQUEST_INVALID',
      `the range holds ${steps} steps, 1 to ${MAX_STEPS} are allowed`,
      {
        steps,
        maxSteps: MAX_STEPS,
      },
    );
  }
  const frame = await readFrame(deps.observations, workload, { from, to });
  const series = frame?.series.get(metric);
  return {
    workload: workload.id,
    metric,
    unit: metricDefinition(metric).unit,
    simulated: workload.simulated,
    step_seconds: workload.gridStep / 1_000,
    start: toIso(series?.start ?? from),
    values: Array.from(series?.values ?? [], (value) => (Number.isNaN(value) ? null : value)),
  };
}
