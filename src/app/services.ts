import { DEFAULT_DETECTION, type DetectionConfig } from '#contracts/config/detection.ts';
import type { ConfiguredEvent } from '#contracts/config/events.ts';
import { DEFAULT_PRICING, type PricingConfig } from '#contracts/config/pricing.ts';
import type { ScalingConfig } from '#contracts/config/scaling.ts';
import type { Clock } from '#core/time.ts';
import { type ActuationLog, createActuationLog } from './actuation/actuation-log.ts';
import { type AgentLog, createAgentLog } from './agents/agent-log.ts';
import { type CursorLog, createCursorLog } from './collection/cursors.ts';
import { createSourceLog, type SourceLog } from './collection/source-log.ts';
import { createSweepLog, type SweepLog } from './collection/sweep-log.ts';
import { createDetection } from './detection/create-detection.ts';
import type { DetectorLoader } from './detection/load-detectors.ts';
import { createDetectionStates, type DetectionStates } from './detection-state.ts';
import { createDetectorRegistry, type DetectorRegistry } from './detector-registry.ts';
import { createDriftLog, type DriftLog } from './drift-log.ts';
import { createFitLog, type FitLog } from './fit-log.ts';
import type { GradeLog } from './grades/grade-log.ts';
import { createHeartbeatLog, type HeartbeatLog } from './heartbeat/heartbeat-log.ts';
import type { IncidentLog } from './incident-log.ts';
import { createIssuedForecasts, type IssuedForecasts } from './issued-forecasts.ts';
import { createKeyLog, type KeyLog } from './keys/key-log.ts';
import { createLastScores, type LastScores } from './last-scores.ts';
import type { LiveCalibrations } from './live-calibration.ts';
import type { MarkLog } from './marks.ts';
import type { ModelRegistry } from './model-registry.ts';
import { createPoolRegistry, type PoolRegistry } from './pool-registry.ts';
import type { ArtifactStore } from './ports/artifact-store.ts';
import type { CatalogStore } from './ports/catalog-store.ts';
import type { ObjectStore } from './ports/object-store.ts';
import type { ObservationStore } from './ports/observation-store.ts';
import { createRecommending } from './recommend/create-recommending.ts';
import type { DemandBases } from './recommend/demand-bases.ts';
import type { ScalingStates } from './recommend/scaling-states.ts';
import { createRecommendationLog, type RecommendationLog } from './recommendation-log.ts';
import { createReplayLog, type ReplayLog } from './replay/replay-log.ts';
import { createRunLog, type RunLog } from './run-log.ts';
import type { BundleLoader } from './serving/load-bundle.ts';
import { type AttemptLog, createAttemptLog } from './training/attempts.ts';
import type { WorkloadDirectory } from './workload-directory.ts';

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
  /** What the last check of the heartbeat found. */
  readonly heartbeats: HeartbeatLog;
  readonly issued: IssuedForecasts;
  readonly live: LiveCalibrations;
  readonly bundles: BundleLoader;
  readonly pools: PoolRegistry;
  /** Which bundle of detectors serves. */
  readonly detectors: DetectorRegistry;
  readonly detectorsOf: DetectorLoader;
  readonly marks: MarkLog;
  /** Up to where each metric was read from its source. */
  readonly cursors: CursorLog;
  /** Up to where each source was read that is read as a whole. */
  readonly sweeps: SweepLog;
  /** How the sources do that Helios reads by itself. */
  readonly sourceLog: SourceLog;
  readonly detectionStates: DetectionStates;
  readonly drift: DriftLog;
  /** What forecasts are worth, by horizon. */
  readonly grades: GradeLog;
  /** The switch of the actuation, and what it last did. */
  readonly actuation: ActuationLog;
  /** The agents that were heard of. */
  readonly agents: AgentLog;
  /** The keys of agents and scrapers. */
  readonly keys: KeyLog;
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
  return {
    ...stores,
    ...createRecommending(stores, clock, { events, scaling, pricing }),
    ...createDetection(stores, clock, { events, detection }),
    runs: createRunLog(stores.catalog, clock),
    replays: createReplayLog(stores.catalog, clock),
    fits: createFitLog(stores.catalog, clock),
    attempts: createAttemptLog(stores.catalog),
    heartbeats: createHeartbeatLog(stores.catalog),
    issued: createIssuedForecasts(stores.catalog),
    pools: createPoolRegistry(stores.catalog),
    detectors: createDetectorRegistry(stores.catalog),
    cursors: createCursorLog(stores.catalog),
    sweeps: createSweepLog(stores.catalog),
    sourceLog: createSourceLog(stores.catalog),
    detectionStates: createDetectionStates(stores.catalog),
    drift: createDriftLog(stores.catalog),
    actuation: createActuationLog(stores.catalog),
    agents: createAgentLog(stores.catalog),
    keys: createKeyLog(stores.catalog),
    lastScores: createLastScores(stores.catalog),
    recommendations: createRecommendationLog(stores.catalog),
  };
}
