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
export function contrastAt(column: SummedColumn, row: number, contrast: Contrast): number {
  const { recent, before, gap } = contrast;
  const split = row + 1 - recent;
  return (
    meanBetween(column, split, row + 1) - meanBetween(column, split - gap - before, split - gap)
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

/** Rows whose sum is taken once, for all the windows that they are part of. */
const PART = 6;

/** A column with the sum and the number of the present values in the newest six rows up to each. */
export interface SummedColumn {
  readonly values: Float64Array;
  readonly sums: Float64Array;
  readonly counts: Uint8Array;
}

/** Prepares a column for means over many windows. */
export function summed(values: Float64Array): SummedColumn {
  const sums = new Float64Array(values.length);
  const counts = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row++) {
    for (let i = Math.max(0, row + 1 - PART); i <= row; i++) {
      if (Number.isNaN(values[i]!)) continue;
      sums[row]! += values[i]!;
      counts[row]!++;
    }
  }
  return { values, sums, counts };
}

/**
 * The mean of the rows `[from, to)`; NaN unless half of them are present. Summed from its end, so that
 * it does not matter to the last bit where the column begins.
 */
export function meanBetween(
  { values, sums, counts }: SummedColumn,
  from: number,
  to: number,
): number {
  if (from < 0) return Number.NaN;
  let sum = 0;
  let held = 0;
  let end = to;
  for (; end - from >= PART; end -= PART) {
    sum += sums[end - 1]!;
    held += counts[end - 1]!;
  }
  for (; end > from; end--) {
    const value = values[end - 1]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    held++;
  }
  return held * 2 >= to - from ? sum / held : Number.NaN;
}
