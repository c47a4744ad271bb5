/** A sum of squares of residuals r at one point, with what a Gauss-Newton step needs there. */
export interface LeastSquares {
  readonly sumOfSquares: number;
  /** Jᵀr, where J holds the derivatives of the residuals by the parameters. */
  readonly gradient: Float64Array;
  /** JᵀJ, row by row. */
  readonly curvature: Float64Array;
}

/** Where the sum of squares is smallest. */
export interface LeastSquaresMinimum {
  readonly at: Float64Array;
  readonly sumOfSquares: number;
  /** False when the iterations ran out, or the sum of squares is not finite where they began. */
  readonly converged: boolean;
}

export interface LevenbergMarquardtOptions {
  readonly maxIterations?: number;
  /** Ends the search when a step can lower the sum of squares by no more than this share. */
  readonly tolerance?: number;
  /** Called before every iteration; throws to stop a search that is out of time. */
  readonly checkpoint?: (() => void) | undefined;
}

const FIRST_DAMPING = 1e-3;
/** A step has to bring this share of what the linear model promises. */
const LEAST_GAIN = 1e-4;

/**
 * The nearest minimum of a sum of squares, by damped Gauss-Newton steps
 * `(JᵀJ + λ diag(JᵀJ)) δ = -Jᵀr` (Marquardt 1963). λ follows Nielsen's rule: it shrinks smoothly
 * with the gain of an accepted step and doubles ever faster on refusals (K. Madsen, H. B. Nielsen,
 * O. Tingleff: "Methods for non-linear least squares problems", 2004, section 3.2).
 *
 * @param evaluate - the problem; a point it cannot judge (NaN, Infinity) is stepped away from
 * @param start - where to begin; not modified
 */
export function levenbergMarquardt(
  evaluate: (at: Float64Array) => LeastSquares,
  start: Float64Array,
  options: LevenbergMarquardtOptions = {},
): LeastSquaresMinimum {
  const { maxIterations = 60, tolerance = 1e-12, checkpoint } = options;
  let at = start.slice();
  let here = evaluate(at);
  let damping = FIRST_DAMPING;
  let growth = 2;
  const found = (converged: boolean): LeastSquaresMinimum => ({
    at,
    sumOfSquares: here.sumOfSquares,
    converged,
  });
  if (!Number.isFinite(here.sumOfSquares)) return found(false);
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    checkpoint?.();
    const step = dampedStep(here, damping);
    if (step !== undefined) {
      const promised = promisedGain(here, step, damping);
      const little = tolerance * here.sumOfSquares;
      const next = at.map((value, i) => value + step[i]!);
      const there = evaluate(next);
      const gain = here.sumOfSquares - there.sumOfSquares;
      const accepted = gain > 0 && gain >= LEAST_GAIN * promised;
      const ended = promised <= little && !(gain > little);
      if (accepted) {
        at = next;
        here = there;
        damping *= Math.max(1 / 3, 1 - (2 * (gain / promised) - 1) ** 3);
        growth = 2;
      }
      if (ended) return found(true);
      if (accepted) continue;
    }
    damping *= growth;
    growth *= 2;
  }
  return found(false);
}

/** By how much the linear model says that a step lowers the sum of squares. */
function promisedGain({ gradient, curvature }: LeastSquares, step: Float64Array, damping: number) {
  const size = step.length;
  let gain = 0;
  for (let i = 0; i < size; i++) {
    gain += step[i]! * (damping * scaleOf(curvature, i, size) * step[i]! - gradient[i]!);
  }
  return gain;
}

/** A parameter that moves no residual would make the system singular: it counts as of scale one. */
function scaleOf(curvature: Float64Array, i: number, size: number): number {
  const diagonal = curvature[i * size + i]!;
  return diagonal > 0 ? diagonal : 1;
}

function dampedStep(
  { gradient, curvature }: LeastSquares,
  damping: number,
): Float64Array | undefined {
  const size = gradient.length;
  const system = curvature.slice();
  for (let i = 0; i < size; i++) system[i * size + i]! += damping * scaleOf(curvature, i, size);
  return solveByCholesky(
    system,
    gradient.map((value) => -value),
  );
}

/** Solves `matrix x = right` in place; undefined unless the matrix is positive definite. */
function solveByCholesky(matrix: Float64Array, right: Float64Array): Float64Array | undefined {
  const size = right.length;
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let sum = matrix[row * size + column]!;
      for (let k = 0; k < column; k++) sum -= matrix[row * size + k]! * matrix[column * size + k]!;
      if (row === column) {
        if (!(sum > 0)) return undefined;
        matrix[row * size + row] = Math.sqrt(sum);
      } else {
        matrix[row * size + column] = sum / matrix[column * size + column]!;
      }
    }
  }
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) right[i]! -= matrix[i * size + k]! * right[k]!;
    right[i]! /= matrix[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) right[i]! -= matrix[k * size + i]! * right[k]!;
    right[i]! /= matrix[i * size + i]!;
  }
  return right;
}
