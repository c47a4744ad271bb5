import type { BoostedTrees, RegressionTree } from '#core/math/boosted-trees.ts';
import { shortestDecimal } from '#engines/boosting/float-decimal.ts';
import { MINUS_ONE_STAND_IN } from './training-matrix.ts';

/** Sizes in bytes of the records of XGBoost's binary model before version 1.0, little endian. */
const LEARNER_PARAMETERS = 136;
const BOOSTER_PARAMETERS = 160;
const TREE_PARAMETERS = 148;
const NODE = 20;
const NODE_STATISTICS = 16;

const LEAF = -1;
/** A cut between huge values and nothing overflows; JSON has no infinity, and no value is larger. */
const LARGEST_FLOAT = 3.4028234663852886e38;
/** The top bit of a split index says where a missing value goes. */
const MISSING_GOES_LEFT = 0x80000000;

/**
 * Reads the trees out of a model as XGBoost 0.7 saves it (`XGBoosterSaveModel`): a header (base
 * score, number of features), two strings (objective, booster), the booster's parameters, and of
 * each tree its parameters, nodes and statistics (dmlc/xgboost v0.7, src/learner.cc, src/gbm/gbtree.cc
 * and include/xgboost/tree_model.h).
 *
 * The values come out as the shortest decimals that are the same 32-bit floats.
 *
 * @throws {RangeError} when the bytes are no such model
 */
export function parseBinaryModel(bytes: Uint8Array): BoostedTrees {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const base = shortestDecimal(view.getFloat32(0, true));
  const columns = view.getUint32(4, true);
  let at = LEARNER_PARAMETERS;
  at = skipText(view, skipText(view, at));
  const treeCount = view.getInt32(at, true);
  at += BOOSTER_PARAMETERS;
  const gains = new Float64Array(columns);
  const trees: RegressionTree[] = [];
  for (let i = 0; i < treeCount; i++) {
    const nodeCount = view.getInt32(at + 4, true);
    const nodes = at + TREE_PARAMETERS;
    const statistics = nodes + nodeCount * NODE;
    trees.push(readTree(view, nodes, statistics, gains));
    at = statistics + nodeCount * NODE_STATISTICS;
  }
  return {
    columns,
    base,
    trees,
    gains: Array.from(gains, (gain) => shortestDecimal(Math.fround(gain))),
  };
}

function readTree(
  view: DataView,
  nodes: number,
  statistics: number,
  gains: Float64Array,
): RegressionTree {
  const tree: { splits: number[]; values: number[]; covers: number[] } = {
    splits: [],
    values: [],
    covers: [],
  };
  // Parents first, left before right; pruned nodes are in the file, but nobody's children.
  const waiting = [0];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    const node = nodes + index * NODE;
    const statistic = statistics + index * NODE_STATISTICS;
    const left = view.getInt32(node + 4, true);
    const right = view.getInt32(node + 8, true);
    const split = view.getUint32(node + 12, true);
    const value = view.getFloat32(node + 16, true);
    if (left === LEAF) {
      tree.splits.push(LEAF);
      tree.values.push(shortestDecimal(value));
      tree.covers.push(shortestDecimal(view.getFloat32(statistic + 4, true)));
      continue;
    }
    const column = split & ~MISSING_GOES_LEFT;
    tree.splits.push(2 * column + (split >= MISSING_GOES_LEFT ? 1 : 0));
    tree.values.push(shortestDecimal(threshold(value)));
    gains[column]! += view.getFloat32(statistic, true);
    waiting.push(right, left);
  }
  return tree;
}

function threshold(value: number): number {
  if (value === MINUS_ONE_STAND_IN) return -1;
  return Math.max(-LARGEST_FLOAT, Math.min(LARGEST_FLOAT, value));
}

/** Past a string: its length as 64 bits, then its bytes. */
function skipText(view: DataView, at: number): number {
  return at + 8 + Number(view.getBigUint64(at, true));
}
