import type { EngineeredMetric } from '#contracts/artifacts/stage-outputs.ts';
import type { TrainParameters, TrainRequest } from '#contracts/http/train.ts';
import type { WorkloadItem } from '#contracts/tasks/items.ts';
import type { Forecaster } from '#core/forecast/forecaster.ts';
import { isDefaultMember, lineUp } from '#core/forecast/line-up.ts';
import { DAY } from '#core/time.ts';
import { askedModel } from './asked-model.ts';
import { fitBranch } from './fit-branch.ts';
import { fitMetric, type MemberToFit } from './fit-metric.ts';
import { fromStored } from './stage.ts';
import type { StageDeps } from './stage-deps.ts';

export type ProphetOptions = NonNullable<TrainParameters['prophet']>;

/** What the statistical branch needs beside the stores. */
export interface StatisticalDeps extends StageDeps {
  /** Prophet needs an engine; everything else in this branch is arithmetic of the core. */
  readonly prophet: (options: ProphetOptions) => Forecaster;
}

/** Fits the statistical members of the line-up to each metric of a workload. */
export function fitStatistical(deps: StatisticalDeps, item: WorkloadItem): Promise<WorkloadItem> {
  return fitBranch(deps, item, 'fit-statistical', (engineered, request) =>
    fitMetric(deps.clock, membersToFit(deps, engineered, request), fromStored(engineered.series)),
  );
}

/** Prophet's history: below two days it has no season to find and only costs time. */
const PROPHET_MIN_SPAN = 2 * DAY;

function membersToFit(
  deps: StatisticalDeps,
  { series: stored, detected }: EngineeredMetric,
  request: TrainRequest,
): readonly MemberToFit[] {
  const series = fromStored(stored);
  const asked = askedModel(request);
  const arima = request.parameters?.arima ?? {};
  const options = {
    steps: series.values.length,
    detected: detected.map(({ season_length }) => season_length),
    arima,
  };
  const members: MemberToFit[] = lineUp(series.step, options)
    .filter(({ name }) => asked.includes(name, isDefaultMember(name, series.step)))
    .map((member) => (member.name === 'arima' ? { ...member, parameters: arima } : member));
  const isLong = series.values.length * series.step >= PROPHET_MIN_SPAN;
  if (asked.includes('prophet', isLong)) {
    const parameters = request.parameters?.prophet ?? {};
    members.push({ name: 'prophet', forecaster: deps.prophet(parameters), parameters });
  }
  return members;
}
