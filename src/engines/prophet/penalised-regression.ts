import { solvePositiveDefinite } from '#core/math/cholesky.ts';

/** What is known of a coefficient beforehand: a density around 0. */
export interface Prior {
  readonly shape: 'normal' | 'laplace';
  /** Standard deviation of the normal, mean absolute value of the Laplace. */
  readonly scale: number;
}

/** A linear model with normal noise, in the sums that estimates need. */
export interface Regression {
  readonly count: number;
  /** `XᵀX` row by row, on and below the diagonal. */
  readonly gram: Float64Array;
  /** `Xᵀy`. */
  readonly right: Float64Array;
  /** `yᵀy`. */
  readonly squares: number;
}

/** Scale of the half-normal prior on the noise in Prophet's model. */
const NOISE_PRIOR_SCALE = 0.5;

/**
 * Noise is this or more. Where the model can follow the values exactly no noise is the most probable:
 * the density grows for ever as it goes to 0. Squared residuals of less are lost in rounding.
 */
const LEAST_NOISE = 1e-5;

/** A coefficient this small counts as none; from exactly 0 it could not grow again. */
const LEAST_COEFFICIENT = 1e-9;

/** When a step gains less log-density than this, nothing is left to gain that would be noticed. */
export const TOLERANCE = 1e-6;

/** More than any history needed: a few hundred are usual. */
const MAX_STEPS = 2000;

/** Sums up a model with these columns, one row a value. */
export function regressionOf(columns: readonly Float64Array[], y: Float64Array): Regression {
  const size = columns.length;
  const gram = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    let j = 0;
    for (; j + 3 <= i; j += 4) {
      fourDots(columns[i]!, columns.slice(j, j + 4), gram, i * size + j);
    }
    for (; j <= i; j++) gram[i * size + j] = dot(columns[i]!, columns[j]!);
  }
  const right = Float64Array.from(columns, (column) => dot(column, y));
  return { count: y.length, gram, right, squares: dot(y, y) };
}

/**
 * The most probable coefficients and noise, from `start` on.
 *
 * A Laplace prior is a normal one whose variance is unknown (Andrews & Mallows 1974), so each step
 * takes the variance that fits the coefficient as it is, `scale × |coefficient|`, and solves a ridge
 * regression: an EM algorithm, so no step can lower the density (Figueiredo 2003, "Adaptive
 * sparseness for supervised learning", IEEE PAMI 25(9)). The noise given the residuals is a root of
 * a quadratic.
 *
 * @param start - not 0 where the prior is Laplace
 * @param checkpoint - called before every step
 * @returns undefined when double arithmetic cannot carry the sums
 */
export function descend(
  regression: Regression,
  priors: readonly Prior[],
  start: Float64Array,
  checkpoint: () => void,
  maxSteps = MAX_STEPS,
): Float64Array | undefined {
  const { count } = regression;
  let coefficients = start;
  let squares = residualSquares(regression, start);
  let objective = objectiveOf(count, squares, priors, start);
  for (let i = 0; i < maxSteps; i++) {
    checkpoint();
    const next = ridge(regression, priors, coefficients, noiseVariance(count, squares));
    if (next === undefined) return undefined;
    const nextSquares = residualSquares(regression, next);
    const nextObjective = objectiveOf(count, nextSquares, priors, next);
    const gain = objective - nextObjective;
    // Not a number either: rounding is all that is left, or the sums have broken down.
    if (!(gain > 0)) break;
    coefficients = next;
    squares = nextSquares;
    objective = nextObjective;
    if (gain < TOLERANCE) break;
  }
  return coefficients;
}

/**
 * Minus the logarithm of the density, a constant apart, at the noise that suits the residuals best.
 *
 * @param squares - sum of the squared residuals
 */
export function objectiveOf(
  count: number,
  squares: number,
  priors: readonly Prior[],
  coefficients: Float64Array,
): number {
  const noise = noiseVariance(count, squares);
  return (
    (count * Math.log(noise)) / 2 +
    squares / (2 * noise) +
    noise / (2 * NOISE_PRIOR_SCALE ** 2) +
    penaltyOf(priors, coefficients)
  );
}

function penaltyOf(priors: readonly Prior[], coefficients: Float64Array): number {
  let penalty = 0;
  priors.forEach(({ shape, scale }, j) => {
    const share = coefficients[j]! / scale;
    penalty += shape === 'laplace' ? Math.abs(share) : (share * share) / 2;
  });
  return penalty;
}

function ridge(
  { gram, right }: Regression,
  priors: readonly Prior[],
  coefficients: Float64Array,
  noise: number,
): Float64Array | undefined {
  const size = right.length;
  const matrix = gram.slice();
  priors.forEach(({ shape, scale }, j) => {
    const spread =
      shape === 'laplace' ? Math.max(LEAST_COEFFICIENT, Math.abs(coefficients[j]!)) : scale;
    matrix[j * size + j]! += noise / (scale * spread);
  });
  return solvePositiveDefinite(matrix, right);
}

/** Where `n log σ + SS / 2σ² + σ² / 2s²` is least: a root of a quadratic in σ². */
function noiseVariance(count: number, squares: number): number {
  const precision = 1 / NOISE_PRIOR_SCALE ** 2;
  const root = Math.sqrt(count ** 2 + 4 * precision * squares);
  return Math.max(LEAST_NOISE ** 2, (root - count) / (2 * precision));
}

function residualSquares({ gram, right, squares }: Regression, coefficients: Float64Array): number {
  const size = right.length;
  let sum = squares;
  for (let i = 0; i < size; i++) {
    let row = gram[i * size + i]! * coefficients[i]!;
    for (let j = 0; j < i; j++) row += 2 * gram[i * size + j]! * coefficients[j]!;
    sum += coefficients[i]! * (row - 2 * right[i]!);
  }
  return Math.max(0, sum);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Four products at once, to the same bits: one after the other each addition waits for the one before. */
function fourDots(
  a: Float64Array,
  others: readonly Float64Array[],
  target: Float64Array,
  at: number,
): void {
  const [b, c, d, e] = [others[0]!, others[1]!, others[2]!, others[3]!];
  let [withB, withC, withD, withE] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const value = a[i]!;
    withB += value * b[i]!;
    withC += value * c[i]!;
    withD += value * d[i]!;
    withE += value * e[i]!;
  }
  target[at] = withB;
  target[at + 1] = withC;
  target[at + 2] = withD;
  target[at + 3] = withE;
}
