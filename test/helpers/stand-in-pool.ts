import { DomainError } from '#core/errors.ts';
import type { History, PooledForecaster } from '#core/forecast/forecaster.ts';
import { FEATURE_NAMES } from '#core/forecast/pooled-features.ts';
import {
  compress,
  restoreXgboostPool,
  type XgboostPoolState,
  XgboostPoolStateSchema,
} from '#core/forecast/xgboost.ts';
import { cutoffOf } from '#core/series/series.ts';

/** A pool of one tree that answers `move` scales for every lead below 2^8 steps, `-move` beyond. */
export function poolOfOneTree(
  move: number,
  { horizon = 288, trainedUntil = 0, id = 'ab'.repeat(32) } = {},
): XgboostPoolState {
  const lead = FEATURE_NAMES.indexOf('lead');
  const answer = compress(move);
  return XgboostPoolStateSchema.parse({
    kind: 'xgboost-pool',
    version: 1,
    id,
    trainedUntil,
    horizon,
    features: [...FEATURE_NAMES],
    trees: {
      columns: FEATURE_NAMES.length,
      base: 0,
      trees: [{ splits: [2 * lead, -1, -1], values: [8, answer, -answer], covers: [1, 1] }],
      gains: FEATURE_NAMES.map(() => 0),
    },
  });
}

/** One training of the stand-in: what it was made for and what it was shown. */
export interface PoolTraining {
  readonly horizon: number;
  readonly histories: readonly History[];
}

/**
 * In place of the boosted trees: a pool that answers no move at all, whose id counts the trainings.
 * It needs two histories.
 */
export function standInPooled() {
  const trainings: PoolTraining[] = [];
  const pooled = ({ horizon }: { readonly horizon: number }): PooledForecaster => ({
    kind: 'xgboost-pool',
    async fitPool(stream) {
      const histories: History[] = [];
      for await (const history of stream) histories.push(history);
      trainings.push({ horizon, histories });
      if (histories.length < 2) {
        throw new DomainError('HISTORY_TOO_SHORT', 'a stand-in needs two histories', {});
      }
      const trainedUntil = Math.max(...histories.map(({ target }) => cutoffOf(target)));
      const id = trainings.length.toString(16).padStart(64, '0');
      return restoreXgboostPool(poolOfOneTree(0, { horizon, trainedUntil, id }));
    },
  });
  return { pooled, trainings };
}
