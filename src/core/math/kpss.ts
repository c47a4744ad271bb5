import { mean, present } from './statistics.ts';

/** Above this the hypothesis of a constant level is refused at 5 % (the paper's table 1). */
export const KPSS_CRITICAL_5_PERCENT = 0.463;

/**
 * How much the values wander off their mean, against what noise of their own autocorrelation would:
 * `η = Σ Sₜ² / (n² s²)` with the partial sums S of the deviations and the long-run variance s² by
 * Bartlett's weights over `⌊3√n / 13⌋` lags (D. Kwiatkowski, P. Phillips, P. Schmidt, Y. Shin:
 * "Testing the null hypothesis of stationarity", J. Econometrics 54, 1992, equations 10 and 11; the
 * lags as R's `forecast::ndiffs`). Missing values are passed over.
 *
 * @returns 0 when the values are constant
 */
export function kpssStatistic(values: ArrayLike<number>): number {
  const known = present(values);
  const n = known.length;
  const centre = mean(known);
  const lags = Math.trunc((3 * Math.sqrt(n)) / 13);
  let sums = 0;
  let partial = 0;
  for (let t = 0; t < n; t++) {
    known[t]! -= centre;
    partial += known[t]!;
    sums += partial * partial;
  }
  let variance = crossProduct(known, 0);
  for (let lag = 1; lag <= lags; lag++) {
    variance += 2 * (1 - lag / (lags + 1)) * crossProduct(known, lag);
  }
  return variance > 0 ? sums / (n * variance) : 0;
}

function crossProduct(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let t = lag; t < values.length; t++) sum += values[t]! * values[t - lag]!;
  return sum;
}
