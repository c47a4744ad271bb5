import type { FittedReconstruction } from '#core/detect/reconstruction.ts';
import type { Frame } from '#core/series/frame.ts';

/** Trains the detector that predicts every metric of a workload from the others. */
export interface ReconstructionTrainer {
  /**
   * Learns each metric of `frame`; one that is constant or has too few values is skipped and named so.
   *
   * @param options.random - what random numbers are drawn from; the same ones, the same detector
   * @param options.checkpoint - called after every round of boosting; what it throws ends the training
   * @param options.engine - what grows the trees, where it is not the default
   * @throws {DomainError} `FIT_DID_NOT_CONVERGE` when the engine fails
   */
  fit(
    frame: Frame,
    options: {
      readonly random: () => number;
      readonly checkpoint: () => void;
      readonly engine?: 'built-in' | 'xgboost' | undefined;
    },
  ): Promise<FittedReconstruction>;
}
