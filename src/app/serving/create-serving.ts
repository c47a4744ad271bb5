import type { ConfiguredEvent } from '#contracts/config/events.ts';
import type { Clock } from '#core/time.ts';
import { createLiveCalibrations } from '../live-calibration.ts';
import { createModelRegistry } from '../model-registry.ts';
import type { Stores } from '../services.ts';
import { createWorkloadDirectory } from '../workload-directory.ts';
import { createBundleLoader } from './load-bundle.ts';
import type { ServingDeps } from './serving-deps.ts';

/** Bundles in memory at most: some 100 kB each. */
const BUNDLE_CACHE = 200;

/** Builds what answering a forecast needs over a set of stores, and no other repository. Does no I/O. */
export function createServing(
  stores: Stores,
  clock: Clock,
  events: readonly ConfiguredEvent[],
): ServingDeps {
  return {
    observations: stores.observations,
    directory: createWorkloadDirectory(stores.catalog),
    registry: createModelRegistry(stores.catalog),
    bundles: createBundleLoader(stores.artifacts, BUNDLE_CACHE),
    live: createLiveCalibrations(stores.catalog),
    clock,
    events,
  };
}
