import {
  DETECTORS,
  type DetectorBundle,
  type DetectorName,
  type DetectorProvenance,
} from '#contracts/artifacts/detector-bundle.ts';
import type { TrainParameters } from '#contracts/http/train.ts';
import type { PipelineInput, WorkloadItem } from '#contracts/tasks/items.ts';
import type { ReconstructionState } from '#core/detect/reconstruction.ts';
import { residualDetector } from '#core/detect/residual.ts';
import { type ServiceState, serviceDetector } from '#core/detect/service.ts';
import { DomainError, isDomainError } from '#core/errors.ts';
import { seededRandom } from '#core/math/random.ts';
import type { Clock } from '#core/time.ts';
import { epochMs, toIso } from '#core/time.ts';
import { parseWorkloadKey, workloadPath } from '#core/workload.ts';
import { loadDetectorBundle } from '../detection/restore-detectors.ts';
import type { DetectorRegistry } from '../detector-registry.ts';
import type { ReconstructionTrainer } from '../ports/reconstruction-trainer.ts';
import { askedModel } from './asked-model.ts';
import {
  type DetectorTraining,
  type DetectorTrainingDeps,
  readTraining,
} from './detector-training.ts';
import { TRAINING_SEED } from './fit-metric.ts';
import { loadInput, runStage } from './stage.ts';

export interface DetectorDeps extends DetectorTrainingDeps {
  readonly detectors: DetectorRegistry;
  readonly reconstruction: ReconstructionTrainer;
}

/** Left for saving when a function's time runs out. */
const RESERVE_MS = 30_000;

/** A detector that could not be fitted, and why. */
interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** A detector as a bundle holds it. */
interface Entry<S> {
  readonly state: S;
  readonly provenance: DetectorProvenance;
}

type Summary = Readonly<Record<string, unknown>>;
type Attempt<S> = { readonly state: S; readonly summary: Summary } | { readonly refusal: Refusal };

/**
 * Fits the detectors of a workload, each on its own, to all its metrics together, as observed: one that
 * cannot be fitted is left out by name, and where the bundle that serves has one of the same grid and
 * metrics, that one is kept.
 *
 * The reconstruction takes longer than everything else in a training, and the first forecasts wait for
 * the whole fit. So it is fitted nightly, on request, and whenever the workload has a bundle already;
 * not in the training that a new workload starts with. A run for some metrics or for one model has
 * nothing to tell about all of them together, and leaves the detectors as they are.
 *
 * @param remainingMs - the time this call has left: a reconstruction that takes longer is left out
 */
export function fitDetectors(
  deps: DetectorDeps,
  item: WorkloadItem,
  remainingMs: () => number,
): Promise<WorkloadItem> {
  return runStage(deps.runs, item, 'fit-detectors', async () => {
    const input = await loadInput(deps.objects, item.run_id);
    if (!isForAll(input)) return { item, end: { summary: { unchanged: PARTIAL_RUN } } };
    const training = await readTraining(deps, item);
    const serving = await servingBundle(deps, item, training);
    const isFirst = serving === undefined && !['schedule', 'request'].includes(input.trigger);

    const tryFit = createTryFit(deps.clock, training, serving);
    const residual = await tryFit('residual', () => fitResidual(training));
    const service = await tryFit('service', () => fitService(training));
    const reconstruction = await tryFit('reconstruction', async () =>
      isFirst
        ? { refusal: FIRST_TRAINING }
        : fitReconstruction(deps, training, input.request.parameters?.boosting, remainingMs),
    );
    const settled = { residual, reconstruction, service };
    const refusals = DETECTORS.flatMap((detector) => {
      const { refusal } = settled[detector];
      return refusal ? [{ detector, ...refusal }] : [];
    });
    const end = {
      leftOut: refusals.map(({ detector, ...why }) => ({ metric: null, member: detector, ...why })),
      summary: {
        rows: training.frame.length,
        detectors: Object.fromEntries(DETECTORS.map((name) => [name, settled[name].summary])),
      },
    };
    if (refusals.length === DETECTORS.length) return { item, end };

    const bundle: DetectorBundle = {
      kind: 'detector-bundle',
      version: 1,
      workload: item.workload,
      step_ms: training.frame.step,
      residual: residual.entry,
      reconstruction: reconstruction.entry,
      service: service.entry,
      left_out: refusals.filter(({ detector }) => settled[detector].entry === null),
    };
    const prefix = `detectors/${workloadPath(parseWorkloadKey(item.workload))}`;
    const artifact = await deps.artifacts.save(prefix, bundle);
    const detectors = { artifact, trained_until: training.provenance.training.to };
    return { item: { ...item, detectors }, end };
  });
}

const PARTIAL_RUN = 'a run for some metrics or one model leaves the detectors as they are';
const FIRST_TRAINING = {
  code: 'FIRST_TRAINING',
  message: 'learned nightly and on request: first forecasts do not wait for it',
} as const;
const ONE_METRIC = {
  code: 'ONE_METRIC',
  message: 'two metrics or more that vary are needed: it goes by how they move together',
} as const;

function isForAll({ request }: PipelineInput): boolean {
  const named = request.metrics ?? request.metric ?? request.target;
  return named === undefined && askedModel(request).includes('detectors', true);
}

/** The bundle that serves now, if it is of the same grid and can be read. */
async function servingBundle(
  deps: DetectorDeps,
  item: WorkloadItem,
  { frame }: DetectorTraining,
): Promise<DetectorBundle | undefined> {
  const pointer = await deps.detectors.get(item.workload);
  if (!pointer) return undefined;
  try {
    const bundle = await loadDetectorBundle(deps.artifacts, pointer.artifact);
    return bundle.step_ms === frame.step ? bundle : undefined;
  } catch (error) {
    if (isDomainError(error, 'STATE_INCOMPATIBLE', 'ARTIFACT_CORRUPT')) return undefined;
    throw error;
  }
}

/** What became of one detector: fitted, kept from the bundle that serves, or neither. */
interface Settled<S> {
  readonly entry: Entry<S> | null;
  readonly refusal: Refusal | undefined;
  readonly summary: Summary;
}

/** Fits one after the other. What data can cause costs one detector, never the others. */
function createTryFit(
  clock: Clock,
  { provenance }: DetectorTraining,
  serving: DetectorBundle | undefined,
) {
  const earlierOf = <N extends DetectorName>(name: N): DetectorBundle[N] | null => {
    const earlier = serving?.[name];
    const isSame = earlier && `${earlier.provenance.metrics}` === `${provenance.metrics}`;
    return isSame ? earlier : null;
  };
  return async <N extends DetectorName>(
    name: N,
    attempt: () => Promise<Attempt<NonNullable<DetectorBundle[N]>['state']>>,
  ): Promise<Settled<NonNullable<DetectorBundle[N]>['state']>> => {
    const started = clock.now();
    const fitted = await attempt().catch((error: unknown) => {
      if (!isDomainError(error)) throw error;
      return { refusal: { code: error.code, message: error.message } };
    });
    if ('state' in fitted) {
      const summary = { outcome: 'fitted', ...fitted.summary, fit_ms: clock.now() - started };
      return { entry: { state: fitted.state, provenance }, refusal: undefined, summary };
    }
    const { refusal } = fitted;
    const earlier = earlierOf(name);
    const summary = earlier
      ? { outcome: 'kept', since: toIso(epochMs(earlier.provenance.training.to)), ...refusal }
      : { outcome: 'left_out', ...refusal };
    return { entry: earlier, refusal, summary };
  };
}

async function fitResidual({ frame, breaks }: DetectorTraining) {
  const state = residualDetector().fit(frame, { breaks }).toState();
  const metrics = state.metrics.map(({ metric }) => metric);
  return { state, summary: { metrics, skipped: state.skipped, deployments: breaks.length } };
}

async function fitService({ frame }: DetectorTraining): Promise<Attempt<ServiceState>> {
  const state = serviceDetector().fit(frame).toState();
  if (state.model === null) return { refusal: ONE_METRIC };
  const metrics = state.metrics.map(({ metric }) => metric);
  return { state, summary: { metrics, left_out: state.leftOut } };
}

async function fitReconstruction(
  deps: DetectorDeps,
  { frame }: DetectorTraining,
  boosting: TrainParameters['boosting'],
  remainingMs: () => number,
): Promise<Attempt<ReconstructionState>> {
  if (frame.series.size < 2) return { refusal: ONE_METRIC };
  const fitted = await deps.reconstruction.fit(frame, {
    random: seededRandom(TRAINING_SEED),
    engine: boosting?.engine,
    checkpoint: () => {
      if (remainingMs() >= RESERVE_MS) return;
      throw new DomainError('DEADLINE_EXCEEDED', 'it takes longer than a function may', {
        metrics: frame.series.size,
        rows: frame.length,
      });
    },
  });
  const { targets, skipped, ...rest } = fitted.toState();
  if (targets.length === 0) {
    const why = skipped.map(({ metric, reason }) => `${metric} ${reason.replaceAll('_', ' ')}`);
    return {
      refusal: { code: 'HISTORY_TOO_SHORT', message: `no metric to learn: ${why.join(', ')}` },
    };
  }
  return {
    state: { targets, skipped, ...rest },
    summary: {
      metrics: targets.map(({ metric }) => metric),
      skipped,
      copies: targets
        .filter(({ excluded }) => excluded.length > 0)
        .map(({ metric, excluded }) => ({ metric, of: excluded })),
      held_out: targets.reduce((sum, { heldOut }) => sum + heldOut, 0),
    },
  };
}
