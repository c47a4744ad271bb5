import type { DetectionConfig } from '#contracts/config/detection.ts';
import type { ConfiguredEvent } from '#contracts/config/events.ts';
import type { Clock } from '#core/time.ts';
import type { MarkLog } from '../marks.ts';
import type { ObservationStore } from '../ports/observation-store.ts';
import type { WorkloadDirectory } from '../workload-directory.ts';
import type { DetectorLoader } from './load-detectors.ts';

/** What answering a detection needs: read-only. */
export interface DetectDeps {
  readonly observations: ObservationStore;
  readonly directory: WorkloadDirectory;
  readonly detectorsOf: DetectorLoader;
  readonly marks: MarkLog;
  readonly detection: DetectionConfig;
  readonly events: readonly ConfiguredEvent[];
  readonly clock: Clock;
}
