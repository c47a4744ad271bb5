import { createHash } from 'node:crypto';
import { DomainError } from '#core/errors.ts';
import type { PooledForecaster } from '#core/forecast/forecaster.ts';
import { checkCount } from '#core/forecast/parameters.ts';
import { FEATURE_NAMES } from '#core/forecast/pooled-features.ts';
import { MAX_HORIZON } from '#core/forecast/request.ts';
import { restoreXgboostPool, type XgboostPoolState } from '#core/forecast/xgboost.ts';
import { seededRandom } from '#core/math/random.ts';
import { type BoostingEngine, boosterOf } from '#engines/boosting/booster-of.ts';
import type { BoostingParameters } from '#engines/boosting/parameters.ts';
import { trainingRows } from './training-rows.ts';

export interface XgboostPoolParameters {
  /** Longest lead to train for, in steps; leads beyond it repeat the last day. */
  readonly horizon?: number;
  /** Rows drawn from one history at most. */
  readonly rowsPerSeries?: number;
  /** Rows to train on at most; more histories than fill it are sampled evenly. */
  readonly maxRows?: number;
  /** How the trees are boosted, where it differs from `POOL_BOOSTING`. */
  readonly boosting?: BoostingParameters;
  /** What grows them; ml-xgboost unless given, which the published tables of accuracy are of. */
  readonly engine?: BoostingEngine | undefined;
}

/** Shallow, slow and thinned: the pool has to fit series it has not seen. */
export const POOL_BOOSTING = {
  rounds: 80,
  max_depth: 5,
  eta: 0.08,
  subsample: 0.7,
  colsample_bytree: 0.7,
  lambda: 5,
  min_child_weight: 50,
  tree_method: 'hist',
  max_bin: 64,
} as const satisfies BoostingParameters;

/** Fewer rows than this teach nothing that holds elsewhere. */
const MIN_ROWS = 200;
const SEEDS = 2 ** 31;

/**
 * One model of boosted trees for many workloads: direct forecasts of every lead, the lead being a feature.
 *
 * From each history it draws origins and leads (logarithmically even, so that near and far count the
 * same), describes the past at the origin (`pooledFeatures`) and learns the move from there to the
 * lead, in units of the series' own moves. `restoreXgboostPool` says how the trees then forecast.
 *
 * @throws {RangeError} when a parameter is out of range
 */
export function xgboostPool(
  parameters: XgboostPoolParameters = {},
): PooledForecaster<XgboostPoolState> {
  const { horizon = 288, rowsPerSeries = 1_500, maxRows = 30_000, boosting } = parameters;
  const grow = boosterOf(parameters.engine ?? 'xgboost');
  checkCount('horizon', horizon);
  checkCount('rowsPerSeries', rowsPerSeries);
  checkCount('maxRows', maxRows);
  if (horizon > MAX_HORIZON) {
    throw new RangeError(`horizon must be at most ${MAX_HORIZON}, got ${horizon}`);
  }
  return {
    kind: 'xgboost-pool',
    async fitPool(histories, { random = seededRandom(0, 'xgboost pool'), checkpoint } = {}) {
      const drawn = trainingRows({ horizon, rowsPerSeries, maxRows }, random);
      for await (const history of histories) {
        checkpoint?.();
        drawn.add(history);
      }
      const { matrix, newest } = drawn.sample();
      const haveRows = matrix.labels.length;
      if (newest === undefined || haveRows < MIN_ROWS) {
        throw new DomainError(
          'HISTORY_TOO_SHORT',
          `a pool needs ${MIN_ROWS} rows to learn from, the histories gave ${haveRows}`,
          { needRows: MIN_ROWS, haveRows },
        );
      }
      const seed = Math.floor(random() * SEEDS);
      const trees = await grow(
        matrix,
        { seed, ...POOL_BOOSTING, ...boosting },
        checkpoint ? { checkpoint } : {},
      );
      const content = { trainedUntil: newest, horizon, features: [...FEATURE_NAMES], trees };
      const id = createHash('sha256').update(JSON.stringify(content)).digest('hex');
      return restoreXgboostPool({ kind: 'xgboost-pool', version: 1, id, ...content });
    },
  };
}
