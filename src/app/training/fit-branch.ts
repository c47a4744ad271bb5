import {
  EngineeredDataSchema,
  type EngineeredMetric,
  type FittedMetric,
} from '#contracts/artifacts/stage-outputs.ts';
import type { TrainRequest } from '#contracts/http/train.ts';
import type { WorkloadItem } from '#contracts/tasks/items.ts';
import { loadRequest, loadStage, runStage, stagePrefix } from './stage.ts';
import type { StageDeps } from './stage-deps.ts';

/** The parallel branches of the fit, each with the field of the item that its output goes to. */
const BRANCHES = {
  'fit-statistical': 'fitted',
  'fit-boosting': 'boosted',
  'fit-recurrent': 'recurrent',
} as const;
export type FitBranch = keyof typeof BRANCHES;

/**
 * Runs one branch of the fit over the metrics of a workload and hands its members on.
 *
 * @param fitOne - fits one metric; null when the branch has nothing to do for it
 */
export function fitBranch(
  deps: StageDeps,
  item: WorkloadItem,
  branch: FitBranch,
  fitOne: (
    engineered: EngineeredMetric,
    request: TrainRequest,
    metric: string,
  ) => Promise<FittedMetric | null>,
): Promise<WorkloadItem> {
  return runStage(deps.runs, item, branch, async () => {
    const request = await loadRequest(deps.objects, item.run_id);
    const data = await loadStage(deps.artifacts, EngineeredDataSchema, item.features);
    const metrics: Record<string, FittedMetric> = {};
    for (const [metric, engineered] of Object.entries(data.metrics)) {
      const fitted = await fitOne(engineered, request, metric);
      if (fitted) metrics[metric] = fitted;
    }
    const ref = await deps.artifacts.save(stagePrefix(item, branch), { metrics });
    return { item: { ...item, [BRANCHES[branch]]: ref }, end: endOfBranch(metrics) };
  });
}

/** What a branch says of itself in the run: who was fitted, how long it took, who was left out. */
export function endOfBranch(metrics: Readonly<Record<string, FittedMetric>>) {
  const entries = Object.entries(metrics);
  return {
    leftOut: entries.flatMap(([metric, { left_out }]) =>
      left_out.map((each) => ({ metric, ...each })),
    ),
    summary: {
      metrics: Object.fromEntries(
        entries.map(([metric, { members }]) => [
          metric,
          {
            members: Object.keys(members),
            fit_ms: Object.values(members).reduce((sum, { fit_ms }) => sum + fit_ms, 0),
          },
        ]),
      ),
    },
  };
}
