import { DEFAULT_DETECTION, type DetectionConfig } from '#contracts/config/detection.ts';
import type { ConfiguredEvent } from '#contracts/config/events.ts';
import { DEFAULT_PRICING, type PricingConfig } from '#contracts/config/pricing.ts';
import type { ScalingConfig } from '#contracts/config/scaling.ts';
import type { Clock } from '#core/time.ts';
import { type ActuationLog, createActuationLog } from './actuation/actuation-log.ts';
import { createDetectorLoader, type DetectorLoader } from './detection/load-detectors.ts';
import { createDetectionStates, type DetectionStates } from './detection-state.ts';
import { createDetectorRegistry, type DetectorRegistry } from './detector-registry.ts';
import { createDriftLog, type DriftLog } from './drift-log.ts';
import { createFitLog, type FitLog } from './fit-log.ts';
import { createGradeLog, type GradeLog } from './grades/grade-log.ts';
import { createIncidentLog, type IncidentLog } from './incident-log.ts';
import { createIssuedForecasts, type IssuedForecasts } from './issued-forecasts.ts';
import { createLastScores, type LastScores } from './last-scores.ts';
import { createLiveCalibrations, type LiveCalibrations } from './live-calibration.ts';
import { createMarkLog, type MarkLog } from './marks.ts';
import { createModelRegistry, type ModelRegistry } from './model-registry.ts';
import { createPoolRegistry, type PoolRegistry } from './pool-registry.ts';
import type { ArtifactStore } from './ports/artifact-store.ts';
import type { CatalogStore } from './ports/catalog-store.ts';
import type { ObjectStore } from './ports/object-store.ts';
import type { ObservationStore } from './ports/observation-store.ts';
import { createDemandBases, type DemandBases } from './recommend/demand-bases.ts';
import { createScalingStates, type ScalingStates } from './recommend/scaling-states.ts';
import { createRecommendationLog, type RecommendationLog } from './recommendation-log.ts';
import { createReplayLog, type ReplayLog } from './replay/replay-log.ts';
import { createRunLog, type RunLog } from './run-log.ts';
import { type BundleLoader, createBundleLoader } from './serving/load-bundle.ts';
import { type AttemptLog, createAttemptLog } from './training/attempts.ts';
import { createWorkloadDirectory, type WorkloadDirectory } from './workload-directory.ts';

/** Version of this code, as `/health` and the provenance of models name it. */
export const CODE_VERSION = '0.1.0';

/** Bundles in memory at most: some 100 kB each. */
const BUNDLE_CACHE = 200;

/** Workloads whose detectors are in memory at most: some MB each. */
const DETECTOR_CACHE = 32;

/** The stores, made real by adapters. */
export interface Stores {
  readonly observations: ObservationStore;
  readonly catalog: CatalogStore;
  readonly objects: ObjectStore;
  readonly artifacts: ArtifactStore;
}

/** The stores with the repositories over them: what use cases are given. */
export interface Services extends Stores {
  readonly directory: WorkloadDirectory;
  readonly registry: ModelRegistry;
  readonly runs: RunLog;
  readonly replays: ReplayLog;
  readonly fits: FitLog;
  readonly attempts: AttemptLog;
  readonly incidents: IncidentLog;
  readonly issued: IssuedForecasts;
  readonly live: LiveCalibrations;
  readonly bundles: BundleLoader;
  readonly pools: PoolRegistry;
  /** Which bundle of detectors serves. */
  readonly detectors: DetectorRegistry;
  readonly detectorsOf: DetectorLoader;
  readonly marks: MarkLog;
  readonly detectionStates: DetectionStates;
  readonly drift: DriftLog;
  /** What forecasts are worth, by horizon. */
  readonly grades: GradeLog;
  /** The switch of the actuation, and what it last did. */
  readonly actuation: ActuationLog;
  /** The last scores of all workloads, for exporters. */
  readonly lastScores: LastScores;
  readonly clock: Clock;
  /** What will happen, as configured. */
  readonly events: readonly ConfiguredEvent[];
  /** What becomes an incident, as configured. */
  readonly detection: DetectionConfig;
  /** How replicas may be scaled, as configured. */
  readonly scaling: ScalingConfig;
  /** What replicas cost, as configured. */
  readonly pricing: PricingConfig;
  readonly recommendations: RecommendationLog;
  readonly scalingStates: ScalingStates;
  readonly demandBases: DemandBases;
}

/** Builds the repositories over a set of stores. Does no I/O. */
export function createServices(
  stores: Stores,
  clock: Clock,
  {
    events = [],
    detection = DEFAULT_DETECTION,
    scaling = [],
    pricing = DEFAULT_PRICING,
  }: {
    readonly events?: readonly ConfiguredEvent[];
    readonly detection?: DetectionConfig;
    readonly scaling?: ScalingConfig;
    readonly pricing?: PricingConfig;
  } = {},
): Services {
  const detectors = createDetectorRegistry(stores.catalog);
  return {
    ...stores,
    clock,
    events,
    detection,
    scaling,
    pricing,
    directory: createWorkloadDirectory(stores.catalog),
    registry: createModelRegistry(stores.catalog),
    runs: createRunLog(stores.catalog, clock),
    replays: createReplayLog(stores.catalog, clock),
    fits: createFitLog(stores.catalog, clock),
    attempts: createAttemptLog(stores.catalog),
    incidents: createIncidentLog(stores.catalog),
    issued: createIssuedForecasts(stores.catalog),
    live: createLiveCalibrations(stores.catalog),
    bundles: createBundleLoader(stores.artifacts, BUNDLE_CACHE),
    pools: createPoolRegistry(stores.catalog),
    detectors,
    detectorsOf: createDetectorLoader(detectors, stores.artifacts, DETECTOR_CACHE),
    marks: createMarkLog(stores.catalog),
    detectionStates: createDetectionStates(stores.catalog),
    drift: createDriftLog(stores.catalog),
    actuation: createActuationLog(stores.catalog),
    lastScores: createLastScores(stores.catalog),
    grades: createGradeLog(stores.catalog),
    recommendations: createRecommendationLog(stores.catalog),
    scalingStates: createScalingStates(stores.catalog),
    demandBases: createDemandBases(stores.catalog),
  };
}
