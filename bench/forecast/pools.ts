import { isDomainError } from '#core/errors.ts';
import { MIN_TRAINING_STEPS } from '#core/evaluate/backtest-plan.ts';
import type { Forecaster, History, ModelState } from '#core/forecast/forecaster.ts';
import { restoreXgboostPool, XgboostPoolStateSchema } from '#core/forecast/xgboost.ts';
import { seededRandom } from '#core/math/random.ts';
import type { Series } from '#core/series/series.ts';

/**
 * The system that a series comes from: the part of its name before `__`. Series of one system may
 * share their load, so what is learned for one of them is learned from other systems alone.
 */
export function groupOf(seriesId: string): string {
  return seriesId.split('__', 1)[0] ?? seriesId;
}

/**
 * Learns the pooled model from whole series. They come from other systems than the one it will be
 * used for, and from other years: what they show after its cutoffs tells nothing of it.
 *
 * @returns the state; null when the series are too few or too short
 */
export async function trainPool(
  series: readonly Series[],
  seed: number,
): Promise<ModelState | null> {
  // Only this needs the engine, and only in the thread that does it.
  const { xgboostPool } = await import('#engines/xgboost/pool.ts');
  try {
    const random = seededRandom(seed, 'pool');
    return (await xgboostPool().fitPool(historiesOf(series), { random })).toState();
  } catch (error) {
    if (!isDomainError(error, 'HISTORY_TOO_SHORT')) throw error;
    return null;
  }
}

async function* historiesOf(series: readonly Series[]): AsyncGenerator<History, void, undefined> {
  for (const target of series) yield { target };
}

/** The pooled model as a member: to fit it is to apply it to a series. */
export function pooledForecaster(state: ModelState): Forecaster {
  const pool = restoreXgboostPool(XgboostPoolStateSchema.parse(state));
  return {
    kind: pool.kind,
    capabilities: { quantiles: false, missingValues: true, minHistory: MIN_TRAINING_STEPS },
    fit: async (history) => pool.condition(history),
  };
}
