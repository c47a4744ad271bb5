import type { LstmNetwork } from '#core/forecast/lstm-network.ts';
import type { LstmParameters } from '#core/forecast/lstm-parameters.ts';
import type { Batch } from './training-set.ts';

/** What an optimizer has learned about the gradients. */
export interface AdamState {
  /** Updates so far. */
  readonly updates: number;
  /** Running means of the gradients, in the order of the weights. */
  readonly firstMoments: Float32Array;
  /** Running means of their squares. */
  readonly secondMoments: Float32Array;
}

/** A network that learns, its weights in the order of `weightShapes`. It holds memory until it is disposed of. */
export interface TrainableNetwork {
  readWeights(): Float32Array;
  writeWeights(weights: Float32Array): void;
  /**
   * Moves the weights by one batch: dropout, loss, gradients, clipping, Adam. Weights stay as they are
   * when the gradients are not finite.
   *
   * @param seed - of the dropout masks, one for each place
   * @returns the loss of the batch before
   */
  train(batch: Batch, learningRate: number, seed: (place: number) => number): number;
  /** The loss of a batch, without dropout. */
  lossOf(batch: Batch): number;
  optimizerState(): AdamState;
  dispose(): void;
}

/** What trains networks. Another one, or another version, gives other last digits. */
export interface TrainingEngine {
  /** Its name and version: part of the provenance. */
  readonly backend: string;
  /** Why it stands in for the one that was asked for. */
  readonly fallback?: EngineRefusal;
  /** A network whose weights are 0. @param optimizer - where an optimizer goes on */
  open(task: NetworkTask, optimizer?: AdamState): TrainableNetwork;
}

/** Why an engine does not run here. */
export interface EngineRefusal {
  readonly code: string;
  readonly message: string;
}

/** What a network is to learn. */
export interface NetworkTask {
  readonly network: LstmNetwork;
  readonly parameters: LstmParameters;
  /** Steps ahead that a batch has targets for. */
  readonly reach: number;
}
