import { EngineeredDataSchema } from '#contracts/artifacts/stage-outputs.ts';
import type { WorkloadItem } from '#contracts/tasks/items.ts';
import { isDomainError } from '#core/errors.ts';
import type { FittedForecaster, ModelState } from '#core/forecast/forecaster.ts';
import { BLEND_NAME, blendMembers, lineUp } from '#core/forecast/line-up.ts';
import { medianOf } from '#core/forecast/median.ts';
import type { Series } from '#core/series/series.ts';
import { fromStored, loadRequest, loadStage, runStage, stagePrefix } from './stage.ts';
import type { StageDeps } from './stage-deps.ts';

/** Members that every version holds: the references each model is judged by. */
const REFERENCES: readonly string[] = ['naive', 'day-naive', 'week-naive'];

interface LeftOut {
  readonly member: string;
  readonly code: string;
  readonly message: string;
}

/**
 * Fits every member of the line-up to each metric. A member that cannot be fitted is left out and
 * named with its reason; it does not fail the others.
 */
export function fitStatistical(deps: StageDeps, item: WorkloadItem): Promise<WorkloadItem> {
  return runStage(deps.runs, item, 'fit-statistical', async () => {
    const request = await loadRequest(deps.objects, item.run_id);
    const only = request.model ?? request.model_type;
    const data = await loadStage(deps.artifacts, EngineeredDataSchema, item.features);
    const metrics: Record<string, unknown> = {};
    const leftOut: (LeftOut & { metric: string })[] = [];
    const summary: Record<string, unknown> = {};
    for (const [metric, engineered] of Object.entries(data.metrics)) {
      const fitted = await fitMetric(fromStored(engineered.series), only);
      metrics[metric] = fitted;
      leftOut.push(...fitted.left_out.map((each) => ({ metric, ...each })));
      summary[metric] = { members: Object.keys(fitted.states) };
    }
    const ref = await deps.artifacts.save(stagePrefix(item, 'fit-statistical'), { metrics });
    return {
      item: { ...item, fitted: ref },
      end: { leftOut, summary: { metrics: summary } },
    };
  });
}

/** Which members a training fits: all, or the references and the one asked for. */
function membersToFit(series: Series, only: string | undefined) {
  const all = lineUp(series.step);
  if (only === undefined || isBlend(only)) return all;
  return all.filter(({ name }) => name === only || REFERENCES.includes(name));
}

/** Names under which the blend can be asked for: its own, and the seeds' word. */
export function isBlend(name: string): boolean {
  return name === 'auto' || name === 'ensemble' || name === BLEND_NAME;
}

async function fitMetric(series: Series, only: string | undefined) {
  const fitted = new Map<string, FittedForecaster>();
  const left_out: LeftOut[] = [];
  for (const { name, forecaster } of membersToFit(series, only)) {
    try {
      fitted.set(name, await forecaster.fit({ target: series }));
    } catch (error) {
      if (!isDomainError(error, 'HISTORY_TOO_SHORT', 'FIT_DID_NOT_CONVERGE')) throw error;
      left_out.push({ member: name, code: error.code, message: error.message });
    }
  }
  const states: Record<string, ModelState> = {};
  for (const [name, member] of fitted) states[name] = member.toState();
  const requested = only === undefined || isBlend(only) ? null : only;
  if (requested === null) {
    const blended = blendMembers(series.step).flatMap((name) => {
      const member = fitted.get(name);
      return member ? [{ name, fitted: member }] : [];
    });
    states[BLEND_NAME] = medianOf(blended).toState();
  }
  return { requested: requested && states[requested] ? requested : null, states, left_out };
}
