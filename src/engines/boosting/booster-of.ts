import { trainBoostedTrees } from '#engines/xgboost/train.ts';
import { boostTrees } from './boost-trees.ts';
import type { Booster } from './booster.ts';

/** What grows the trees: our own booster, or XGBoost 0.7 compiled to WASM, its witness. */
export type BoostingEngine = 'built-in' | 'xgboost';

/** The booster of a name. */
export function boosterOf(engine: BoostingEngine): Booster {
  return engine === 'xgboost' ? trainBoostedTrees : boostTrees;
}
