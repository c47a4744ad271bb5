import type { ModelBundle } from '#contracts/artifacts/model-bundle.ts';
import {
  EngineeredDataSchema,
  EvaluationSchema,
  type FittedMetric,
} from '#contracts/artifacts/stage-outputs.ts';
import type { Fit } from '#contracts/http/fits.ts';
import type { WorkloadItem } from '#contracts/tasks/items.ts';
import { isDomainError } from '#core/errors.ts';
import { addMs, durationMs, epochMs, toIso } from '#core/time.ts';
import { parseWorkloadKey, workloadPath } from '#core/workload.ts';
import type { DetectorRegistry } from '../detector-registry.ts';
import type { GradeLog } from '../grades/grade-log.ts';
import { regrade } from '../grades/regrade.ts';
import { type ModelSubject, type ModelVersion, modelId } from '../model-registry.ts';
import type { ExperimentTracker } from '../ports/experiment-tracker.ts';
import { loadBundle } from '../serving/load-bundle.ts';
import { modelsIn } from '../serving/model-of-bundle.ts';
import { decidePromotion, type PromotionDecision } from './decide-promotion.ts';
import { TRAINING_SEED } from './fit-metric.ts';
import { fitsOf } from './fits-of.ts';
import { mergeBranches } from './merge-branches.ts';
import { loadRequest, loadStage, runStage } from './stage.ts';
import type { StageDeps } from './stage-deps.ts';

/** Characters of the SHA-256 that name a version. */
const VERSION_LENGTH = 16;

export interface RegisterDeps extends StageDeps {
  readonly detectors: DetectorRegistry;
  readonly grades: GradeLog;
}

/**
 * Publishes the trained versions and the detectors: the artifact first, then its catalog entry, then
 * the pointer. A reader sees the old one or the new one, never half of one, whenever the process is
 * killed.
 */
export function register(deps: RegisterDeps, item: WorkloadItem): Promise<WorkloadItem> {
  return runStage(deps.runs, item, 'register', async () => {
    const request = await loadRequest(deps.objects, item.run_id);
    const data = await loadStage(deps.artifacts, EngineeredDataSchema, item.features);
    const fitted = await mergeBranches(deps.artifacts, item);
    const evaluation = await loadStage(deps.artifacts, EvaluationSchema, item.backtest);
    const summary: Record<string, unknown> = {};
    const tracking = createTracking(deps.tracker);
    for (const [metric, evaluated] of Object.entries(evaluation.metrics)) {
      const members = fitted.metrics[metric];
      const engineered = data.metrics[metric];
      if (!members || !engineered) continue;
      const { series, data_sha256, seasons, preparation } = engineered;
      const bundle: ModelBundle = {
        kind: 'model-bundle',
        version: 1,
        workload: item.workload,
        metric,
        unit: series.unit,
        step_ms: series.step,
        serves: evaluated.serves,
        states: Object.fromEntries(
          Object.entries(members.members).map(([name, { final }]) => [name, final]),
        ),
        blends: evaluated.blends,
        pools: members.pools,
        calibrations: evaluated.calibrations,
        coverage: evaluated.coverage,
        backtest: evaluated.report,
        provenance: {
          training: { from: series.start, to: lastTime(series), steps: series.values.length },
          data_sha256,
          code_version: deps.settings.codeVersion,
          parameters: {
            seasons,
            model: request.model ?? request.model_type ?? 'auto',
            members: parametersOf(members),
            ...(preparation && { preparation }),
          },
          seed: TRAINING_SEED,
        },
      };
      const decision = decidePromotion(evaluated.gate, deps.settings.minimumImprovement);
      const published = await publish(
        { ...deps, tracking },
        item,
        bundle,
        members,
        decision,
        evaluated.incumbent,
      );
      summary[metric] = published;
      // What was published a moment ago is still here.
      const bundleOf = async (version: ModelVersion) =>
        version.version === published.version ? bundle : loadBundle(deps.artifacts, version);
      const subject = { workload: item.workload, metric };
      await regrade({ ...deps, bundleOf }, subject, deps.clock.now());
    }
    const detectors = await publishDetectors(deps, item);
    return {
      item,
      end: { outcome: 'trained', summary: { metrics: summary, ...(detectors && { detectors }) } },
    };
  });
}

async function publish(
  deps: StageDeps & { readonly tracking: Tracking },
  item: WorkloadItem,
  bundle: ModelBundle,
  fitted: FittedMetric,
  decision: PromotionDecision,
  incumbent: string | null,
) {
  const subject = { workload: item.workload, metric: bundle.metric };
  const id = parseWorkloadKey(item.workload);
  const ref = await deps.artifacts.save(`models/${workloadPath(id)}/${bundle.metric}`, bundle);
  const version = ref.sha256.slice(0, VERSION_LENGTH);
  const fits = fitsOf(item.run_id, bundle, fitted, ref, version, deps.clock.now());
  for (const fit of fits) await deps.fits.add(fit);
  const tracking = await deps.tracking(fits);
  if (version === incumbent) {
    const message = 'the same data gave the same model again';
    return {
      id: modelId(subject, version),
      version,
      action: 'keep',
      decision: message,
      bytes: ref.bytes,
      ...tracking,
    };
  }
  const { training } = bundle.provenance;
  const scores = bundle.backtest.candidates.find(({ name }) => name === bundle.serves)?.pooled;
  const entry: ModelVersion = {
    id: modelId(subject, version),
    workload: id,
    metric: bundle.metric,
    version,
    model: bundle.serves,
    members: [...modelsIn(bundle)],
    trained_at: toIso(deps.clock.now()),
    training: {
      from: toIso(epochMs(training.from)),
      to: toIso(epochMs(training.to)),
      steps: training.steps,
    },
    skill: {
      vs_naive: scores?.skillVsNaive ?? null,
      vs_seasonal_naive: scores?.skillVsSeasonalNaive ?? null,
      mae: scores?.mae ?? null,
      cases: scores?.cases ?? 0,
    },
    decision: decision.reason,
    sha256: ref.sha256,
    run_id: item.run_id,
    artifact_key: ref.key,
  };
  await deps.registry.add(subject, entry);
  const action = await applyDecision(deps, subject, version, decision, incumbent);
  return {
    id: entry.id,
    version,
    action,
    decision: decision.reason.message,
    bytes: ref.bytes,
    ...tracking,
  };
}

/** Lets the detectors of this run serve, unless the ones that do have learned from newer data. */
async function publishDetectors(deps: RegisterDeps, { detectors, run_id, workload }: WorkloadItem) {
  if (!detectors) return undefined;
  const { artifact, trained_until } = detectors;
  const version = artifact.sha256.slice(0, VERSION_LENGTH);
  const trained_at = toIso(deps.clock.now());
  const pointer = { version, artifact, trained_at, trained_until, run_id };
  const { version: serves } = await deps.detectors.publish(workload, pointer);
  return { version, serves, bytes: artifact.bytes };
}

/** Records fits, and says how that went. */
type Tracking = (fits: readonly Fit[]) => Promise<Readonly<Record<string, unknown>>>;

/**
 * A tracker that does not answer is said in the run, and costs nobody a model: after its first failure
 * it is not asked again in this stage, whose time it would use up.
 */
function createTracking(tracker: ExperimentTracker | undefined): Tracking {
  let failure: string | undefined;
  return async (fits) => {
    if (!tracker) return {};
    try {
      if (failure === undefined) {
        await tracker.record(fits);
        return { tracked: fits.length };
      }
    } catch (error) {
      if (!isDomainError(error, 'TRACKER_UNAVAILABLE')) throw error;
      failure = error.message;
    }
    return { tracked: 0, tracking_error: failure };
  };
}

/** Moves the pointer as decided, unless somebody moved it since the comparison: theirs stands. */
async function applyDecision(
  deps: StageDeps,
  subject: ModelSubject,
  version: string,
  decision: PromotionDecision,
  incumbent: string | null,
): Promise<PromotionDecision['action']> {
  if (decision.action === 'keep') return 'keep';
  try {
    const champion = decision.action === 'promote' ? version : null;
    await deps.registry.promote(subject, champion, incumbent);
    return decision.action;
  } catch (error) {
    if (isDomainError(error, 'MODEL_CHANGED')) return 'keep';
    throw error;
  }
}

/** What each member was fitted with where that differs from its defaults. */
function parametersOf({ members }: FittedMetric): Readonly<Record<string, unknown>> {
  const given = Object.entries(members).filter(
    ([, { parameters }]) => Object.keys(parameters).length > 0,
  );
  return Object.fromEntries(given.map(([name, { parameters }]) => [name, parameters]));
}

function lastTime(series: { start: number; step: number; values: readonly unknown[] }): number {
  return addMs(epochMs(series.start), durationMs(series.step), series.values.length - 1);
}
