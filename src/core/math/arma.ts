import type { LeastSquares } from './levenberg-marquardt.ts';
import { stationaryCoefficients } from './stationary.ts';
import { present } from './statistics.ts';

/** Which parameters an ARMA model has: p autoregressive, q moving-average ones, a mean or none. */
export interface ArmaShape {
  readonly p: number;
  readonly q: number;
  readonly hasMean: boolean;
}

/** The coefficients of `zₜ = Σ φᵢ zₜ₋ᵢ + eₜ + Σ θⱼ eₜ₋ⱼ` with `z = value - mean`, R's signs. */
export interface ArmaCoefficients {
  readonly ar: Float64Array;
  readonly ma: Float64Array;
  readonly mean: number;
}

/** A conditional sum of squares as a function of the free parameters. */
export interface ArmaProblem {
  /** How many residuals the sum has: values that are present, from `start` on. */
  readonly count: number;
  evaluate(free: Float64Array): LeastSquares;
}

/**
 * The coefficients that free parameters stand for, in the order AR, MA, mean. The AR part is
 * stationary and the MA part invertible whatever they are.
 */
export function armaCoefficients(free: Float64Array, { p, q }: ArmaShape): ArmaCoefficients {
  return {
    ar: stationaryCoefficients(free.subarray(0, p)).coefficients,
    ma: stationaryCoefficients(free.subarray(p, p + q)).coefficients.map((value) => -value),
    mean: free[p + q] ?? 0,
  };
}

/**
 * The sum of the squared one-step errors of an ARMA model given the values before `start`, errors
 * before it being zero (Box & Jenkins, "Time Series Analysis", section 7.1.2; R's
 * `arima(method = "CSS", n.cond = start)`), with exact derivatives along the same recursion.
 *
 * A missing value (NaN) is replaced by its own forecast: it has no error, and its derivatives are
 * carried on. Before `start` it is replaced by the mean.
 *
 * @param start - the first index whose error counts, p or more
 */
export function armaProblem(values: Float64Array, shape: ArmaShape, start: number): ArmaProblem {
  const { p, q, hasMean } = shape;
  const size = p + q + (hasMean ? 1 : 0);
  const n = values.length;
  const z = new Float64Array(n);
  const errors = new Float64Array(n);
  // Row t of each: the derivatives of z[t] and of errors[t] by (AR, MA, mean).
  const zBy = new Float64Array(n * size);
  const errorBy = new Float64Array(n * size);
  const forecastBy = new Float64Array(size);
  // Without holes every row of zBy is (0, …, 0, -1) and need not be summed up.
  const hasHoles = values.some(Number.isNaN);

  const forecastAt = (t: number, ar: Float64Array, ma: Float64Array): number => {
    let forecast = 0;
    let arSum = 0;
    for (let i = 0; i < p; i++) {
      const before = t - 1 - i;
      const by = ar[i]!;
      forecast += by * z[before]!;
      forecastBy[i]! += z[before]!;
      arSum += by;
      if (!hasHoles) continue;
      for (let c = 0; c < size; c++) forecastBy[c]! += by * zBy[before * size + c]!;
    }
    if (hasMean && !hasHoles) forecastBy[p + q]! -= arSum;
    for (let j = 0; j < q && j < t; j++) {
      const before = t - 1 - j;
      const by = ma[j]!;
      forecast += by * errors[before]!;
      forecastBy[p + j]! += errors[before]!;
      for (let c = 0; c < size; c++) forecastBy[c]! += by * errorBy[before * size + c]!;
    }
    return forecast;
  };

  return {
    count: present(values.subarray(start)).length,
    evaluate(free) {
      const arPart = stationaryCoefficients(free.subarray(0, p));
      const maPart = stationaryCoefficients(free.subarray(p, p + q));
      const ar = arPart.coefficients;
      const ma = maPart.coefficients.map((value) => -value);
      const mean = hasMean ? free[p + q]! : 0;
      const gradient = new Float64Array(size);
      const curvature = new Float64Array(size * size);
      let sumOfSquares = 0;
      for (let t = 0; t < n; t++) {
        const isGiven = t < start;
        forecastBy.fill(0);
        const forecast = isGiven ? 0 : forecastAt(t, ar, ma);
        const row = t * size;
        if (Number.isNaN(values[t]!)) {
          z[t] = forecast;
          zBy.set(forecastBy, row);
          continue;
        }
        z[t] = values[t]! - mean;
        if (hasMean) zBy[row + p + q] = -1;
        if (isGiven) continue;
        const error = z[t]! - forecast;
        errors[t] = error;
        sumOfSquares += error * error;
        for (let c = 0; c < size; c++) errorBy[row + c] = -forecastBy[c]!;
        if (hasMean) errorBy[row + p + q]! -= 1;
        for (let c = 0; c < size; c++) {
          const by = errorBy[row + c]!;
          gradient[c]! += by * error;
          for (let d = 0; d <= c; d++) curvature[c * size + d]! += by * errorBy[row + d]!;
        }
      }
      mirrorLower(curvature, size);
      const chain = chainRule(arPart.jacobian, maPart.jacobian, p, q, size);
      return { sumOfSquares, ...inFreeParameters(gradient, curvature, chain, size) };
    },
  };
}

function mirrorLower(matrix: Float64Array, size: number): void {
  for (let c = 0; c < size; c++) {
    for (let d = 0; d < c; d++) matrix[d * size + c] = matrix[c * size + d]!;
  }
}

/** The derivatives of (φ, θ, mean) by the free parameters, block by block. */
function chainRule(
  arBy: Float64Array,
  maBy: Float64Array,
  p: number,
  q: number,
  size: number,
): Float64Array {
  const chain = new Float64Array(size * size);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < p; j++) chain[i * size + j] = arBy[i * p + j]!;
  }
  for (let i = 0; i < q; i++) {
    for (let j = 0; j < q; j++) chain[(p + i) * size + p + j] = -maBy[i * q + j]!;
  }
  if (size > p + q) chain[size * size - 1] = 1;
  return chain;
}

/** `Cᵀg` and `CᵀHC`. */
function inFreeParameters(
  gradient: Float64Array,
  curvature: Float64Array,
  chain: Float64Array,
  size: number,
) {
  const half = product(curvature, chain, size, false);
  return {
    gradient: gradient.map((_, i) => {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += chain[k * size + i]! * gradient[k]!;
      return sum;
    }),
    curvature: product(chain, half, size, true),
  };
}

/** The product of two square matrices, the first one transposed if told so. */
function product(a: Float64Array, b: Float64Array, size: number, transposed: boolean) {
  const result = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) {
        sum += (transposed ? a[k * size + i]! : a[i * size + k]!) * b[k * size + j]!;
      }
      result[i * size + j] = sum;
    }
  }
  return result;
}
