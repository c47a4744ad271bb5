import type { FittedPool, History } from '#core/forecast/forecaster.ts';
import type { XgboostPoolState } from '#core/forecast/xgboost.ts';
import { normal, seededRandom, uniform } from '#core/math/random.ts';
import { makeSeries } from '#core/series/series.ts';
import { DAY, type DurationMs, epochMs, HOUR } from '#core/time.ts';
import { type XgboostPoolParameters, xgboostPool } from '#engines/xgboost/pool.ts';

/** Workloads with a day of their own each: level, size, phase and noise differ. Seeded. */
export function workloads(count: number, length: number, step: DurationMs = HOUR): History[] {
  const day = DAY / step;
  return Array.from({ length: count }, (_, which) => {
    const random = seededRandom(which, 'pooled workloads');
    const level = uniform(random, 50, 5_000);
    const swing = level * uniform(random, 0.1, 0.4);
    const noise = swing * uniform(random, 0.05, 0.4);
    const phase = uniform(random, 0, day);
    const values = Float64Array.from(
      { length },
      (_value, i) =>
        level + swing * Math.sin((2 * Math.PI * (i + phase)) / day) + noise * normal(random),
    );
    const start = epochMs(Date.UTC(2024, 0, 1));
    return { target: makeSeries({ id: `w${which}`, unit: 'unspecified', start, step, values }) };
  });
}

/** The histories one after the other, as a pool reads them. */
export async function* streamOf(histories: readonly History[]): AsyncGenerator<History> {
  yield* histories;
}

/** Few trees on few rows: a pool for tests of everything but accuracy. */
export const TINY: XgboostPoolParameters = {
  horizon: 48,
  rowsPerSeries: 80,
  maxRows: 400,
  boosting: { rounds: 15, max_depth: 4, min_child_weight: 10 },
};

/** Six hourly workloads of ten days, learned with `TINY`. */
export function tinyPool(): Promise<FittedPool<XgboostPoolState>> {
  return xgboostPool(TINY).fitPool(streamOf(workloads(6, 240)));
}
