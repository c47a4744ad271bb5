/**
 * What is looked at in a series of residuals: does it jump (sums of one-step surprises), and does it
 * lie elsewhere than before (contrasts of means).
 */

/** The mean of the newest `recent` steps against that of `before` steps, `gap` steps between the two. */
export interface Contrast {
  readonly recent: number;
  readonly before: number;
  readonly gap: number;
}

/** Lags of the autoregression that says what the next residual will be. */
export const AR_ORDER = 6;

/** Steps up to a row that a contrast looks at. */
export function reachOf({ recent, before, gap }: Contrast): number {
  return recent + gap + before;
}

/**
 * Mean of the newest steps up to `row` minus the mean of those before. NaN unless half of each is
 * present.
 */
export function contrastAt(residuals: Float64Array, row: number, contrast: Contrast): number {
  const { recent, before, gap } = contrast;
  const split = row + 1 - recent;
  return (
    meanBetween(residuals, split, row + 1) -
    meanBetween(residuals, split - gap - before, split - gap)
  );
}

/** The sum of the newest `steps` surprises up to `row`; NaN when one of them is missing. */
export function surpriseSum(surprises: Float64Array, row: number, steps: number): number {
  let sum = 0;
  for (let i = row + 1 - steps; i <= row; i++) sum += i < 0 ? Number.NaN : surprises[i]!;
  return sum;
}

/** The residual at `row` minus what the `AR_ORDER` residuals before it foretell. */
export function surpriseAt(
  residuals: Float64Array,
  row: number,
  { centre, coefficients }: { readonly centre: number; readonly coefficients: readonly number[] },
): number {
  if (row < AR_ORDER) return Number.NaN;
  let surprise = residuals[row]! - centre;
  for (let lag = 1; lag <= AR_ORDER; lag++) {
    surprise -= coefficients[lag - 1]! * (residuals[row - lag]! - centre);
  }
  return surprise;
}

/** The mean of the rows `[from, to)`; NaN unless half of them are present. */
export function meanBetween(values: Float64Array, from: number, to: number): number {
  if (from < 0) return Number.NaN;
  let sum = 0;
  let held = 0;
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    held++;
  }
  return held * 2 >= to - from ? sum / held : Number.NaN;
}
