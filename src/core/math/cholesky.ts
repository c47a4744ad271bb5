/**
 * Solves `A x = b` for a symmetric positive definite `A` by its Cholesky factor (Golub & Van Loan,
 * Matrix Computations, 4th ed., section 4.2). Neither input is changed.
 *
 * @param matrix - `A` row by row; only the diagonal and what lies below it are read
 * @param right - `b`, one entry a row
 * @returns `x`; undefined when `A` is not positive definite in double arithmetic
 * @throws {RangeError} when the matrix does not have `right.length`² entries
 * @example
 * ```ts
 * solvePositiveDefinite(Float64Array.of(4, 0, 2, 5), Float64Array.of(8, 12)); // => [1, 2]
 * ```
 */
export function solvePositiveDefinite(
  matrix: Float64Array,
  right: Float64Array,
): Float64Array | undefined {
  const size = right.length;
  if (matrix.length !== size * size) {
    throw new RangeError(`${size} equations need ${size * size} entries, got ${matrix.length}`);
  }
  const factor = choleskyFactor(matrix, size);
  if (factor === undefined) return undefined;
  const x = right.slice();
  for (let i = 0; i < size; i++) {
    let sum = x[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * size + k]! * x[k]!;
    x[i] = sum / factor[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = x[i]!;
    for (let k = i + 1; k < size; k++) sum -= factor[k * size + i]! * x[k]!;
    x[i] = sum / factor[i * size + i]!;
  }
  return x;
}

/** The lower triangle `L` of `A = L Lᵀ`, its upper part left as it was in `A`. */
function choleskyFactor(matrix: Float64Array, size: number): Float64Array | undefined {
  const factor = matrix.slice();
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let sum = factor[row * size + column]!;
      for (let k = 0; k < column; k++) sum -= factor[row * size + k]! * factor[column * size + k]!;
      if (row > column) factor[row * size + column] = sum / factor[column * size + column]!;
      else if (sum > 0) factor[row * size + row] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return factor;
}
