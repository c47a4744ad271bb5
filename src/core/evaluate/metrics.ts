/**
 * Measures of forecast error. `errors` are actual − forecast, cell by cell beside `actuals`; a cell
 * where either is NaN is not a case. Every measure is null when there is no case, and where its
 * docstring says that it is undefined.
 */

/** Mean absolute error. Unit of the series; lower is better, 0 is best. */
export function mae(errors: ArrayLike<number>): number | null {
  return average(errors, Math.abs);
}

/** Mean squared error. Unit of the series squared; lower is better, 0 is best. */
export function mse(errors: ArrayLike<number>): number | null {
  return average(errors, (error) => error * error);
}

/** Root of the mean squared error. Unit of the series; lower is better, 0 is best. */
export function rmse(errors: ArrayLike<number>): number | null {
  const squared = mse(errors);
  return squared === null ? null : Math.sqrt(squared);
}

/** An actual below this share of the mean |actual| counts as near zero. */
const NEAR_ZERO = 0.01;

/**
 * Mean absolute error relative to each actual. A fraction (0.1 is 10 %); lower is better, 0 is best.
 *
 * Undefined (null) when any actual is near zero, below 1 % of the mean |actual|: a single such value
 * would decide the mean.
 *
 * @example
 * ```ts
 * mape([1, -1], [2, 4]); // => 0.375
 * ```
 */
export function mape(errors: ArrayLike<number>, actuals: ArrayLike<number>): number | null {
  const limit = NEAR_ZERO * (averageOf(errors, actuals, (_, actual) => Math.abs(actual)) ?? 0);
  let undefinedNearZero = false;
  const result = averageOf(errors, actuals, (error, actual) => {
    if (actual === 0 || Math.abs(actual) < limit) undefinedNearZero = true;
    return Math.abs(error / actual);
  });
  return undefinedNearZero ? null : result;
}

/**
 * Symmetric relative error, the mean of 2 |error| / (|actual| + |forecast|). A fraction from 0 to 2;
 * lower is better, 0 is best. A cell where both are zero is a perfect forecast and counts as 0.
 *
 * @example
 * ```ts
 * smape([2, 0], [3, 0]); // => 0.5
 * ```
 */
export function smape(errors: ArrayLike<number>, actuals: ArrayLike<number>): number | null {
  return averageOf(errors, actuals, (error, actual) =>
    error === 0 ? 0 : (2 * Math.abs(error)) / (Math.abs(actual) + Math.abs(actual - error)),
  );
}

/**
 * Sum of absolute errors relative to the sum of |actual|. A fraction; lower is better, 0 is best.
 * Undefined (null) when all actuals are zero.
 *
 * @example
 * ```ts
 * wape([1, -1], [2, -6]); // => 0.25
 * ```
 */
export function wape(errors: ArrayLike<number>, actuals: ArrayLike<number>): number | null {
  const error = averageOf(errors, actuals, Math.abs);
  const actual = averageOf(errors, actuals, (_, value) => Math.abs(value));
  return error === null || actual === null || actual === 0 ? null : error / actual;
}

/**
 * Mean absolute one-step move of `values`, what the naive forecast would have erred by: the scale of
 * MASE. Moves from or to a missing value are left out; NaN when there is none.
 *
 * @example
 * ```ts
 * naiveScale([1, 3, NaN, 2, 3]); // => 1.5
 * ```
 */
export function naiveScale(values: ArrayLike<number>): number {
  const moves = Float64Array.from(
    { length: Math.max(0, values.length - 1) },
    (_, i) => values[i + 1]! - values[i]!,
  );
  return mae(moves) ?? Number.NaN;
}

/**
 * Mean absolute scaled error: the error in units of the naive one-step error before the backtest
 * (Hyndman & Koehler 2006). No unit; lower is better, 0 is best, and it compares across series.
 * Undefined (null) when the scale is zero or unknown.
 *
 * @param scale - `naiveScale` of the training part
 */
export function mase(errors: ArrayLike<number>, scale: number): number | null {
  const error = mae(errors);
  return error === null || !(scale > 0) ? null : error / scale;
}

/**
 * Share of the actuals' variance that the forecast explains, 1 − Σ error² / Σ (actual − mean)². No
 * unit; higher is better, 1 is best, below 0 the mean of the actuals would have been better.
 * Undefined (null) when the actuals do not vary.
 *
 * @example
 * ```ts
 * rSquared([0, 1, 0], [1, 3, 2]); // => 0.5
 * ```
 */
export function rSquared(errors: ArrayLike<number>, actuals: ArrayLike<number>): number | null {
  const squaredError = averageOf(errors, actuals, (error) => error * error);
  const centre = averageOf(errors, actuals, (_, actual) => actual);
  if (squaredError === null || centre === null) return null;
  const variance = averageOf(errors, actuals, (_, actual) => (actual - centre) ** 2);
  return variance === null || variance === 0 ? null : 1 - squaredError / variance;
}

/**
 * What a forecast saves against a reference (naive, seasonal naive, the incumbent):
 * 1 − own error / reference error. No unit; higher is better, 1 is best, 0 is no better than the
 * reference. Undefined (null) when the reference makes no error.
 */
export function skill(ownMae: number | null, referenceMae: number | null): number | null {
  return ownMae === null || referenceMae === null || referenceMae === 0
    ? null
    : 1 - ownMae / referenceMae;
}

/**
 * Pinball loss of a quantile forecast: an actual above it costs q, one below it 1 − q per unit of
 * distance (Koenker & Bassett 1978). Unit of the series; lower is better, 0 is best.
 *
 * @param errors - actual − forecast of the quantile
 * @param q - in (0, 1)
 * @throws {RangeError} when `q` is not
 * @example
 * ```ts
 * pinball([4, -4], 0.75); // => 2
 * ```
 */
export function pinball(errors: ArrayLike<number>, q: number): number | null {
  if (!(q > 0 && q < 1)) throw new RangeError(`a quantile lies between 0 and 1, got ${q}`);
  return average(errors, (error) => (error >= 0 ? q * error : (q - 1) * error));
}

/**
 * Measured share of actuals inside their band, both ends included. A fraction; best is the level the
 * band was made for.
 *
 * @example
 * ```ts
 * coverage([1, 2, 3, 4], [0, 0, 0, 5], [1, 1, 4, 6]); // => 0.5
 * ```
 */
export function coverage(
  actuals: ArrayLike<number>,
  lower: ArrayLike<number>,
  upper: ArrayLike<number>,
): number | null {
  const inside = Float64Array.from(actuals, (actual, i) => {
    if (Number.isNaN(actual + lower[i]! + upper[i]!)) return Number.NaN;
    return actual >= lower[i]! && actual <= upper[i]! ? 1 : 0;
  });
  return average(inside, (value) => value);
}

/** What every report says of a set of cells; see the functions of these names. */
export interface Measures {
  readonly mae: number | null;
  readonly mse: number | null;
  readonly rmse: number | null;
  readonly mape: number | null;
  readonly smape: number | null;
  readonly wape: number | null;
  readonly mase: number | null;
  readonly r2: number | null;
  readonly cases: number;
}

/**
 * All measures of one set of cells in two passes: a report has hundreds of sets of ten thousands.
 *
 * @param scale - `naiveScale` of the training part
 */
export function measureAll(
  errors: ArrayLike<number>,
  actuals: ArrayLike<number>,
  scale: number,
): Measures {
  let absolute = 0;
  let squared = 0;
  let relative = 0;
  let actualSum = 0;
  let actualAbsolute = 0;
  let smallestActual = Infinity;
  let symmetric = 0;
  let cases = 0;
  for (let i = 0; i < errors.length; i++) {
    const error = errors[i]!;
    const actual = actuals[i]!;
    if (Number.isNaN(error) || Number.isNaN(actual)) continue;
    const size = Math.abs(actual);
    const miss = Math.abs(error);
    absolute += miss;
    squared += error * error;
    relative += miss / size;
    symmetric += error === 0 ? 0 : (2 * miss) / (size + Math.abs(actual - error));
    actualSum += actual;
    actualAbsolute += size;
    if (size < smallestActual) smallestActual = size;
    cases++;
  }
  if (cases === 0) return NO_MEASURES;
  const centre = actualSum / cases;
  let variance = 0;
  for (let i = 0; i < errors.length; i++) {
    if (!Number.isNaN(errors[i]!) && !Number.isNaN(actuals[i]!)) {
      variance += (actuals[i]! - centre) ** 2;
    }
  }
  const mean = absolute / cases;
  const nearZero = smallestActual === 0 || smallestActual < (NEAR_ZERO * actualAbsolute) / cases;
  return {
    mae: mean,
    mse: squared / cases,
    rmse: Math.sqrt(squared / cases),
    mape: nearZero ? null : relative / cases,
    smape: symmetric / cases,
    wape: actualAbsolute === 0 ? null : absolute / actualAbsolute,
    mase: scale > 0 ? mean / scale : null,
    r2: variance === 0 ? null : 1 - squared / variance,
    cases,
  };
}

const NO_MEASURES: Measures = {
  mae: null,
  mse: null,
  rmse: null,
  mape: null,
  smape: null,
  wape: null,
  mase: null,
  r2: null,
  cases: 0,
};

/** How many cells hold an error. */
export function casesIn(errors: ArrayLike<number>): number {
  let cases = 0;
  for (let i = 0; i < errors.length; i++) if (!Number.isNaN(errors[i]!)) cases++;
  return cases;
}

function average(values: ArrayLike<number>, of: (value: number) => number): number | null {
  return averageOf(values, values, of);
}

function averageOf(
  errors: ArrayLike<number>,
  actuals: ArrayLike<number>,
  of: (error: number, actual: number) => number,
): number | null {
  let sum = 0;
  let cases = 0;
  for (let i = 0; i < errors.length; i++) {
    if (Number.isNaN(errors[i]!) || Number.isNaN(actuals[i]!)) continue;
    sum += of(errors[i]!, actuals[i]!);
    cases++;
  }
  return cases === 0 ? null : sum / cases;
}
