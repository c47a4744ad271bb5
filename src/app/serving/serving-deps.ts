import type { ConfiguredEvent } from '#contracts/config/events.ts';
import type { Clock } from '#core/time.ts';
import type { LiveCalibrations } from '../live-calibration.ts';
import type { ModelRegistry } from '../model-registry.ts';
import type { ObservationStore } from '../ports/observation-store.ts';
import type { WorkloadDirectory } from '../workload-directory.ts';
import type { BundleLoader } from './load-bundle.ts';

/** What answering a forecast needs: read-only. */
export interface ServingDeps {
  readonly observations: ObservationStore;
  readonly directory: WorkloadDirectory;
  readonly registry: ModelRegistry;
  readonly bundles: BundleLoader;
  readonly live: LiveCalibrations;
  readonly clock: Clock;
  readonly events: readonly ConfiguredEvent[];
}
