import type { IssuedForecast } from '#contracts/http/catalog.ts';
import { FLEET_LIMITS, type Outlook, type OutlookRequest } from '#contracts/http/fleet.ts';
import { metricDefinition } from '#core/series/metric-catalogue.ts';
import { addMs, type Clock, toIso } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';
import type { IssuedForecasts } from '../issued-forecasts.ts';
import type { ObservationStore } from '../ports/observation-store.ts';
import { readFrame } from '../read-frame.ts';
import { endOfData, type Workload, type WorkloadDirectory } from '../workload-directory.ts';
import { metricOf } from './fleet.ts';
import { thinned, thinnedForecast } from './thinned.ts';

export interface OutlookDeps {
  readonly directory: WorkloadDirectory;
  readonly observations: ObservationStore;
  readonly issued: Pick<IssuedForecasts, 'list'>;
  readonly clock: Clock;
}

/** What some workloads did and are expected to do, in as few points as a small chart shows. */
export async function readOutlooks(
  deps: OutlookDeps,
  { workloads, metric, points }: OutlookRequest,
): Promise<{ outlooks: readonly Outlook[] }> {
  const outlooks = await Promise.all(
    workloads.map(async (asked): Promise<Outlook> => {
      const workload = await deps.directory.get(workloadId(asked));
      if (!workload) {
        return nothing(asked, 'NOT_FOUND', 'no observations of this workload are known');
      }
      const shown = metricOf(workload, metric);
      if (shown === undefined) {
        return nothing(
          asked,
          'METRIC_UNKNOWN',
          `this workload has no metric ${metric ?? ''}`.trim(),
        );
      }
      return outlookOf(deps, workload, shown, points);
    }),
  );
  return { outlooks };
}

async function outlookOf(
  deps: OutlookDeps,
  workload: Workload,
  metric: string,
  points: number,
): Promise<Outlook> {
  const [history, forecast] = await Promise.all([
    recent(deps, workload, metric, points),
    latest(deps, workload, metric, points),
  ]);
  const reasons = [
    ...(history ? [] : [{ code: 'NO_DATA', message: 'nothing was observed lately' }]),
    ...(forecast ? [] : [{ code: 'NOT_ISSUED', message: 'no forecast was issued yet' }]),
  ];
  const unit = metricDefinition(metric).unit;
  return { workload: workload.id, metric, unit, history, forecast, reasons };
}

async function recent(
  { observations, clock }: OutlookDeps,
  workload: Workload,
  metric: string,
  points: number,
): Promise<Outlook['history']> {
  const to = endOfData(workload, clock.now());
  const from = addMs(to, workload.gridStep, -FLEET_LIMITS.outlookSteps);
  const series = (await readFrame(observations, workload, { from, to }))?.series.get(metric);
  if (!series) return null;
  const { every, values } = thinned(series.values, points);
  return {
    start: toIso(series.start),
    step_seconds: (series.step * every) / 1_000,
    values: values.map((value) => (Number.isNaN(value) ? null : value)),
  };
}

async function latest(
  { issued }: OutlookDeps,
  { key }: Workload,
  metric: string,
  points: number,
): Promise<IssuedForecast | null> {
  const [forecast] = await issued.list({ workload: key, metric }, 1);
  return forecast ? thinnedForecast(forecast, points) : null;
}

function nothing(workload: Outlook['workload'], code: string, message: string): Outlook {
  const reasons = [{ code, message }];
  return { workload, metric: null, unit: null, history: null, forecast: null, reasons };
}
