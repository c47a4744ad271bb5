import { naiveScale } from '#core/evaluate/metrics.ts';
import { DAY } from '#core/time.ts';
import type { BenchmarkCutoff, BenchmarkSeries } from './protocol.ts';

/**
 * Everything of one series that is forecast, cell by cell: the steps 1..horizon of its first cutoff,
 * then of its second, and so on. Forecasts are arrays of the same length.
 */
export interface Cells {
  readonly seriesId: string;
  readonly cutoffs: readonly BenchmarkCutoff[];
  /** Steps ahead, 1 or more. */
  readonly steps: Int32Array;
  /** What happened; NaN where nothing is scored: interpolated, past the end, or not wanted. */
  readonly actuals: Float64Array;
  /** Mean absolute one-step move up to the first cutoff of the folder; 0: it never moved. */
  readonly moveScale: number;
  /** Mean absolute move over one day up to the first cutoff; NaN when that is less than a day. */
  readonly dayScale: number;
}

/** What a model says of the cells of one series; NaN where it says nothing. */
export interface CellForecasts {
  readonly point: Float64Array;
  /** The 10 % and the 90 % quantile. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** The cells of a series. With `slowOnly`, those of its other cutoffs are not scored. */
export function cellsOf(
  { series, filled, cutoffs }: BenchmarkSeries,
  { slowOnly = false }: { readonly slowOnly?: boolean } = {},
): Cells {
  const steps = cutoffs.flatMap(({ horizon }) => Array.from({ length: horizon }, (_, h) => h + 1));
  const actuals = cutoffs.flatMap(({ index, horizon, isSlow }) =>
    Array.from({ length: horizon }, (_, h) => {
      const at = index + h + 1;
      const isScored = at < filled.length && filled[at] === 0 && (isSlow || !slowOnly);
      return isScored ? series.values[at]! : Number.NaN;
    }),
  );
  const inSample = series.values.subarray(0, (cutoffs[0]?.index ?? 0) + 1);
  return {
    seriesId: series.id,
    cutoffs,
    steps: Int32Array.from(steps),
    actuals: Float64Array.from(actuals),
    moveScale: naiveScale(inSample),
    dayScale: meanMove(inSample, DAY / series.step),
  };
}

/** Where the cells of each cutoff begin. */
export function offsetsOf(cells: Pick<Cells, 'cutoffs'>): readonly number[] {
  let offset = 0;
  return cells.cutoffs.map(({ horizon }) => {
    offset += horizon;
    return offset - horizon;
  });
}

/** Forecasts that say nothing yet. */
export function noForecasts({ actuals }: Pick<Cells, 'actuals'>): CellForecasts {
  const nothing = () => new Float64Array(actuals.length).fill(Number.NaN);
  return { point: nothing(), lower: nothing(), upper: nothing() };
}

function meanMove(values: Float64Array, lag: number): number {
  if (values.length <= lag) return Number.NaN;
  let sum = 0;
  for (let i = lag; i < values.length; i++) sum += Math.abs(values[i]! - values[i - lag]!);
  return sum / (values.length - lag);
}
