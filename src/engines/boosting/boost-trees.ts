import { setImmediate } from 'node:timers/promises';
import { DomainError } from '#core/errors.ts';
import type { BoostedTrees } from '#core/math/boosted-trees.ts';
import type { Booster } from './booster.ts';
import { type Boosting, startBoosting } from './boosting-rounds.ts';

/**
 * Grows boosted trees on histograms, on the thread that asks. The same matrix, parameters and seed give
 * the same trees on any thread. Between trees other work of the thread has its turn.
 *
 * @throws {RangeError} when a parameter is out of range or not supported, or the matrix is not one
 * @throws {DomainError} `FIT_DID_NOT_CONVERGE` when the labels lie too far apart for 32-bit floats
 * @example
 * ```ts
 * const matrix = { rows: Float32Array.of(1, 2, 3, 4), columns: 1, labels: Float32Array.of(5, 5, 9, 9) };
 * const stump = { rounds: 1, max_depth: 1, eta: 1, lambda: 0 };
 * const { base, trees } = await boostTrees(matrix, stump);
 * base; // => 7
 * trees; // => [{ splits: [1, -1, -1], values: [2.5, -2, 2], covers: [2, 2] }]
 * ```
 */
export const boostTrees: Booster = async (matrix, parameters = {}, options = {}) => {
  const { checkpoint, signal } = options;
  const boosting = startBoosting(matrix, parameters);
  try {
    checkpoint?.();
    signal?.throwIfAborted();
    while (!boosting.isOver()) {
      boosting.addTree();
      checkpoint?.();
      await setImmediate();
      signal?.throwIfAborted();
    }
    return finiteTrees(boosting);
  } finally {
    boosting.end();
  }
};

function finiteTrees(boosting: Boosting): BoostedTrees {
  const trees = boosting.result();
  const areFinite = trees.trees.every(({ values }) => values.every(Number.isFinite));
  if (areFinite && Number.isFinite(trees.base)) return trees;
  throw new DomainError(
    'FIT_DID_NOT_CONVERGE',
    'boosting failed: the labels lie too far apart for 32-bit floats',
    {},
  );
}
