import {
  type DetectorBundle,
  DetectorBundleSchema,
  type MissingDetector,
} from '#contracts/artifacts/detector-bundle.ts';
import { type FittedReconstruction, restoreReconstruction } from '#core/detect/reconstruction.ts';
import { type FittedResidual, restoreResidual } from '#core/detect/residual.ts';
import { type FittedService, restoreService } from '#core/detect/service.ts';
import { DomainError } from '#core/errors.ts';
import { type DurationMs, durationMs, type EpochMs, epochMs } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';
import type { DetectorPointer, DetectorRegistry } from '../detector-registry.ts';
import type { ArtifactRef, ArtifactStore } from '../ports/artifact-store.ts';

/** The detectors of a workload, ready to score. */
export interface LoadedDetectors {
  readonly version: string;
  readonly trainedAt: EpochMs;
  /** The grid they were fitted on: on another they say nothing. */
  readonly step: DurationMs;
  readonly residual?: FittedResidual;
  readonly reconstruction?: FittedReconstruction;
  readonly service?: FittedService;
  /** Why those that are not there are not. */
  readonly leftOut: readonly MissingDetector[];
}

/**
 * Answers the detectors that serve a workload, from memory when they were loaded before; undefined
 * when none was trained yet.
 *
 * @throws {DomainError} `STATE_INCOMPATIBLE`, `ARTIFACT_CORRUPT`: the caller goes on without and says so
 */
export type DetectorLoader = (workload: WorkloadKey) => Promise<LoadedDetectors | undefined>;

/**
 * Loads and verifies a bundle of detectors.
 *
 * @throws {DomainError} `ARTIFACT_CORRUPT`, `STATE_INCOMPATIBLE`
 */
export async function loadDetectorBundle(
  artifacts: ArtifactStore,
  { key, sha256 }: Pick<ArtifactRef, 'key' | 'sha256'>,
): Promise<DetectorBundle> {
  const parsed = DetectorBundleSchema.safeParse(await artifacts.load(key, sha256));
  if (parsed.success) return parsed.data;
  throw new DomainError(
    'STATE_INCOMPATIBLE',
    `the detectors ${key} are of another form than this version of Helios reads`,
    { key },
    parsed.error,
  );
}

/**
 * Keeps the detectors of the workloads asked for most recently in memory. Which bundle serves is read
 * at every call, so a new one is used at once; the bundle itself is immutable.
 *
 * @param capacity - most workloads kept
 */
export function createDetectorLoader(
  registry: Pick<DetectorRegistry, 'get'>,
  artifacts: ArtifactStore,
  capacity: number,
): DetectorLoader {
  const cache = new Map<WorkloadKey, LoadedDetectors>();
  return async (workload) => {
    const pointer = await registry.get(workload);
    if (!pointer) return undefined;
    const cached = cache.get(workload);
    const loaded =
      cached?.version === pointer.version
        ? { ...cached, trainedAt: trainedAt(pointer) }
        : restored(await loadDetectorBundle(artifacts, pointer.artifact), pointer);
    cache.delete(workload);
    cache.set(workload, loaded);
    const oldest = cache.keys().next().value;
    if (cache.size > capacity && oldest !== undefined) cache.delete(oldest);
    return loaded;
  };
}

function restored(
  { step_ms, residual, reconstruction, service, left_out }: DetectorBundle,
  pointer: DetectorPointer,
): LoadedDetectors {
  return {
    version: pointer.version,
    trainedAt: trainedAt(pointer),
    step: durationMs(step_ms),
    ...(residual && { residual: restoreResidual(residual.state) }),
    ...(reconstruction && { reconstruction: restoreReconstruction(reconstruction.state) }),
    ...(service && { service: restoreService(service.state) }),
    leftOut: left_out,
  };
}

function trainedAt({ trained_at }: DetectorPointer): EpochMs {
  return epochMs(Date.parse(trained_at));
}
