import type { BoostedTrees } from '#core/math/boosted-trees.ts';
import type { BoostingParameters } from './parameters.ts';
import type { TrainingMatrix } from './training-matrix.ts';

export interface TrainingOptions {
  /** Ends the training; the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called before the first and after every round; what it throws ends the training and rejects the promise. */
  readonly checkpoint?: () => void;
}

/** What grows boosted trees. The same matrix, parameters and seed give the same trees. */
export type Booster = (
  matrix: TrainingMatrix,
  parameters?: BoostingParameters,
  options?: TrainingOptions,
) => Promise<BoostedTrees>;
