import type { History, ModelState } from '#core/forecast/forecaster.ts';
import type { LstmParameters } from '#core/forecast/lstm-parameters.ts';

/** Where a part of a training ended: at its time, or at the end. Checkpoints are plain JSON. */
export type RecurrentSlice =
  | { readonly done: false; readonly checkpoint: unknown }
  | { readonly done: true; readonly state: ModelState };

/** Trains recurrent networks in parts that fit into one call of a function. */
export interface RecurrentTrainer {
  /** Steps of history below which these parameters cannot be trained. */
  minHistory(parameters: LstmParameters): number;
  /**
   * Trains until it is done or `shouldStop` says so; from a checkpoint when there is one.
   * @throws {DomainError} `HISTORY_TOO_SHORT`, `FIT_DID_NOT_CONVERGE`; `STATE_INCOMPATIBLE` when the
   *   checkpoint is of another training
   */
  advance(
    history: History,
    parameters: LstmParameters,
    options: {
      readonly seed: number;
      readonly checkpoint?: unknown;
      /** What trains; the deployment's own choice unless given. */
      readonly engine?: 'built-in' | 'tensorflow' | undefined;
      readonly shouldStop: () => boolean;
    },
  ): Promise<RecurrentSlice>;
}
