import type { MissingDetector } from '#contracts/artifacts/detector-bundle.ts';
import type { FittedReconstruction } from '#core/detect/reconstruction.ts';
import type { FittedResidual } from '#core/detect/residual.ts';
import type { FittedService } from '#core/detect/service.ts';
import { type DurationMs, type EpochMs, epochMs } from '#core/time.ts';
import type { WorkloadKey } from '#core/workload.ts';
import type { DetectorPointer, DetectorRegistry } from '../detector-registry.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';

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
    const restored =
      cached?.version === pointer.version ? cached : await restore(artifacts, pointer);
    const trainedAt = epochMs(Date.parse(pointer.trained_at));
    const loaded = { ...restored, version: pointer.version, trainedAt };
    cache.delete(workload);
    cache.set(workload, loaded);
    const oldest = cache.keys().next().value;
    if (cache.size > capacity && oldest !== undefined) cache.delete(oldest);
    return loaded;
  };
}

async function restore(
  artifacts: ArtifactStore,
  { artifact }: DetectorPointer,
): Promise<Omit<LoadedDetectors, 'version' | 'trainedAt'>> {
  // Every function has a loader, few ever restore a detector: the others start without this code.
  const { loadDetectorBundle, restoreDetectors } = await import('./restore-detectors.ts');
  return restoreDetectors(await loadDetectorBundle(artifacts, artifact));
}
