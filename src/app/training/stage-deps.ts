import type { ConfiguredEvent } from '#contracts/config/events.ts';
import type { Clock } from '#core/time.ts';
import type { FitLog } from '../fit-log.ts';
import type { ModelRegistry } from '../model-registry.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { ExperimentTracker } from '../ports/experiment-tracker.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { ObservationStore } from '../ports/observation-store.ts';
import type { RunLog } from '../run-log.ts';
import type { WorkloadDirectory } from '../workload-directory.ts';
import type { AttemptLog } from './attempts.ts';

/** What the pipeline's stages work with. */
export interface StageDeps {
  readonly observations: ObservationStore;
  readonly directory: WorkloadDirectory;
  readonly registry: ModelRegistry;
  readonly runs: RunLog;
  readonly fits: FitLog;
  readonly attempts: AttemptLog;
  readonly objects: ObjectStore;
  readonly artifacts: ArtifactStore;
  readonly clock: Clock;
  readonly events: readonly ConfiguredEvent[];
  /** Where fits are recorded too, if anywhere. */
  readonly tracker?: ExperimentTracker | undefined;
  readonly settings: TrainingSettings;
}

export interface TrainingSettings {
  /** Length of the training window unless a request says otherwise. */
  readonly windowDays: number;
  /** How much better than naive, seasonal naive and the incumbent a version must be, in [0, 1). */
  readonly minimumImprovement: number;
  /** Whether the nightly run trains recurrent networks too; on request they are always trained. */
  readonly recurrentNightly: boolean;
  /** Version of this code, for the provenance of models. */
  readonly codeVersion: string;
}
