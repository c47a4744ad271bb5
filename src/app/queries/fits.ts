import type { FitList, FitQuery } from '#contracts/http/fits.ts';
import { RunIdSchema } from '#contracts/tasks/items.ts';
import { DomainError } from '#core/errors.ts';
import { canonicalMetric } from '#core/series/metric-catalogue.ts';
import { untracked } from '#core/series/track.ts';
import type { FitLog } from '../fit-log.ts';
import type { RunLog } from '../run-log.ts';
import { selectorParts } from '../select-workload.ts';

/**
 * The fits of one run, of all its workloads and metrics or of those asked for.
 * @throws {DomainError} `NOT_FOUND` when there is no such run
 */
export async function listFits(
  deps: { readonly fits: FitLog; readonly runs: RunLog },
  runId: string,
  query: FitQuery,
): Promise<FitList> {
  const run = RunIdSchema.safeParse(runId).success ? await deps.runs.get(runId) : undefined;
  if (!run) {
    const shown = runId.slice(0, 200);
    throw new DomainError('NOT_FOUND', `there is no run ${shown}`, { run_id: shown });
  }
  const wanted = selectorParts(query);
  const metric = query.metric && canonicalMetric(query.metric);
  const fits = (await deps.fits.list(run.run_id)).filter(
    (fit) =>
      (metric === undefined || untracked(fit.metric).metric === metric) &&
      (wanted.deployment === undefined || wanted.deployment === fit.workload.deployment) &&
      (wanted.namespace === undefined || wanted.namespace === fit.workload.namespace) &&
      (wanted.cluster === undefined || wanted.cluster === fit.workload.cluster) &&
      (wanted.container === undefined || wanted.container === fit.workload.container),
  );
  return { run_id: run.run_id, fits: fits.slice(0, query.limit) };
}
