import type { DetectionConfig } from '#contracts/config/detection.ts';
import type { ConfiguredEvent } from '#contracts/config/events.ts';
import type { Clock } from '#core/time.ts';
import { createDetectorRegistry } from '../detector-registry.ts';
import { createIncidentLog } from '../incident-log.ts';
import { createMarkLog } from '../marks.ts';
import type { Stores } from '../services.ts';
import { createWorkloadDirectory } from '../workload-directory.ts';
import type { DetectDeps } from './detect-deps.ts';
import type { IncidentDeps } from './incident-queries.ts';
import { createDetectorLoader } from './load-detectors.ts';

/** Workloads whose detectors are in memory at most: some MB each. */
const DETECTOR_CACHE = 32;

/** Builds what detecting, and asking about incidents, needs over a set of stores. Does no I/O. */
export function createDetection(
  stores: Stores,
  clock: Clock,
  {
    events,
    detection,
  }: { readonly events: readonly ConfiguredEvent[]; readonly detection: DetectionConfig },
): DetectDeps & IncidentDeps {
  return {
    observations: stores.observations,
    directory: createWorkloadDirectory(stores.catalog),
    detectorsOf: createDetectorLoader(
      createDetectorRegistry(stores.catalog),
      stores.artifacts,
      DETECTOR_CACHE,
    ),
    marks: createMarkLog(stores.catalog),
    incidents: createIncidentLog(stores.catalog),
    detection,
    events,
    clock,
  };
}
