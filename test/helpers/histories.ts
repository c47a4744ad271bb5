import type { History } from '#core/forecast/forecaster.ts';
import { normal, seededRandom } from '#core/math/random.ts';
import { makeSeries, type Series } from '#core/series/series.ts';
import { addMs, type DurationMs, epochMs, HOUR } from '#core/time.ts';

const SEED = 20240131;

/** A day, a slow swing and noise on top of a level, seeded. */
export function daysWithNoise(length: number, step: DurationMs): Series {
  const random = seededRandom(SEED, 'days with noise');
  const start = epochMs(Date.UTC(2024, 0, 1));
  const day = (24 * HOUR) / step;
  const values = Float64Array.from(
    { length },
    (_, i) =>
      100 + 30 * Math.sin((2 * Math.PI * i) / day) + 10 * Math.sin(i / 40) + 5 * normal(random),
  );
  return makeSeries({ id: 'days', unit: 'unspecified', start, step, values });
}

/** The part `[from, to)` that shares its memory with the rest, so that a peeping model could peep. */
export function viewOf(series: Series, from: number, to: number): Series {
  return {
    ...series,
    start: addMs(series.start, series.step, from),
    values: series.values.subarray(from, to),
  };
}

/** The history with every value replaced. */
export function mapped({ target }: History, of: (value: number, i: number) => number): History {
  return { target: { ...target, values: target.values.map(of) } };
}
