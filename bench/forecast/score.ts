import type { HorizonBucket } from '#core/evaluate/horizon-buckets.ts';
import { coverage, mae, mase, rSquared, smape } from '#core/evaluate/metrics.ts';
import { mean } from '#core/math/statistics.ts';
import type { CellForecasts, Cells } from './cells.ts';

/** Share of the in-sample move that is added on both sides of a ratio: tiny errors are all alike. */
const CUSHION = 0.1;
const [LOW, MIDDLE, HIGH] = [0.1, 0.5, 0.9];
/** Forecasts are of amounts: below zero is never meant. */
const FLOOR = 0;

/** How one cell is judged; lower is better, NaN where there is no actual or no forecast. */
export type Loss = (cells: Cells, forecasts: CellForecasts) => Float64Array;

/** |actual − forecast|, the forecast clipped at 0. In the unit of the series. */
export const absoluteLoss: Loss = (cells, { point }) =>
  pointErrors(cells, point).map((error) => Math.abs(error));

/**
 * The mean of the pinball losses at 0.1, 0.5 and 0.9, each forecast clipped at 0: a third of a
 * discrete CRPS (Gneiting & Ranjan 2011). The point forecast stands for the median. In the unit of
 * the series.
 */
export const quantileLoss: Loss = (cells, { point, lower, upper }) => {
  const low = pointErrors(cells, lower);
  const high = pointErrors(cells, upper);
  return pointErrors(cells, point).map(
    (error, i) =>
      (pinballOf(low[i]!, LOW) + pinballOf(error, MIDDLE) + pinballOf(high[i]!, HIGH)) / 3,
  );
};

/** Actual − forecast clipped at 0. */
function pointErrors({ actuals }: Cells, forecast: Float64Array): Float64Array {
  return actuals.map((actual, i) => actual - Math.max(FLOOR, forecast[i]!));
}

function pinballOf(error: number, q: number): number {
  return error >= 0 ? q * error : (q - 1) * error;
}

/**
 * (mean own loss + f) / (mean reference loss + f) on the cells of a range that both have, all cutoffs
 * pooled, with f = 0.1 × the mean |one-step move| up to the first cutoff. Below 1 beats the reference.
 *
 * @returns NaN without such a cell, and for a series that had never moved: it has no scale
 */
export function lossRatio(
  cells: Cells,
  own: Float64Array,
  reference: Float64Array,
  range: HorizonBucket,
): number {
  const cushion = CUSHION * cells.moveScale;
  if (!(cushion > 0)) return Number.NaN;
  // NaN in either makes the cell NaN in both.
  const ownMean = mean(
    inRange(
      cells,
      own.map((loss, i) => loss + 0 * reference[i]!),
      range,
    ),
  );
  const referenceMean = mean(
    inRange(
      cells,
      reference.map((loss, i) => loss + 0 * own[i]!),
      range,
    ),
  );
  return (ownMean + cushion) / (referenceMean + cushion);
}

/** The values of the cells whose steps lie in a range, NaN in all others. */
export function inRange(
  { steps }: Pick<Cells, 'steps'>,
  values: Float64Array,
  { fromStep, toStep }: HorizonBucket,
): Float64Array {
  return values.map((value, i) =>
    steps[i]! >= fromStep && steps[i]! <= toStep ? value : Number.NaN,
  );
}

/** Measures of one model on one series over all its cells; null as metrics.ts says. */
export interface SeriesMeasures {
  /** In units of the in-sample move over one step, and over one day. */
  readonly maseStep: number | null;
  readonly maseDay: number | null;
  /** A fraction from 0 to 2. */
  readonly smape: number | null;
}

export function seriesMeasures(cells: Cells, forecasts: CellForecasts): SeriesMeasures {
  const errors = pointErrors(cells, forecasts.point);
  return {
    maseStep: mase(errors, cells.moveScale),
    maseDay: mase(errors, cells.dayScale),
    smape: smape(errors, cells.actuals),
  };
}

/** Share of actuals in a range that lie inside the 80 % band, both ends included; null: no band. */
export function bandCoverage(
  cells: Cells,
  { lower, upper }: CellForecasts,
  range: HorizonBucket,
): number | null {
  const floored = (values: Float64Array) => values.map((value) => Math.max(FLOOR, value));
  return coverage(inRange(cells, cells.actuals, range), floored(lower), floored(upper));
}

/** Error of the path up to some step, all cutoffs pooled. */
export interface PathError {
  readonly toStep: number;
  /** In the unit of the series. */
  readonly mae: number | null;
  readonly r2: number | null;
}

/** The error of the steps 1..toStep, which is how the multi-horizon predictor's heads are judged. */
export function pathError(cells: Cells, { point }: CellForecasts, toStep: number): PathError {
  const errors = inRange(cells, pointErrors(cells, point), { fromStep: 1, toStep });
  return { toStep, mae: mae(errors), r2: rSquared(errors, cells.actuals) };
}
